from pathlib import Path

import numpy as np
import polars as pl
import pytest

from synthetic_votes import LENGTH_EFFECT, SIDE_A, TIES, synthetic_votes
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.ranking import rank
from tiltyard.boards.recipes.controls import Control
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.records import Coefficient


def controlled(frame: pl.DataFrame, *controls: str, **fields: float) -> Board:
    recipe = Recipe(controls=tuple(Control.parse(given) for given in controls), **fields)  # type: ignore[arg-type]  # a ridge
    return rank(Battles.from_frame(frame), recipe)


def coefficients(board: Board) -> dict[str, Coefficient]:
    return {one.name: one for one in board.coefficients}


def decisive(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(pl.col("winner").str.starts_with("model"))


def test_planted_effects_are_recovered() -> None:
    frame = decisive(synthetic_votes(40_000)).with_columns(
        share=(pl.col("length_a") - pl.col("length_b")) / (pl.col("length_a") + pl.col("length_b"))
    )
    found = coefficients(controlled(frame, "share:unscaled", "position"))
    for name, truth in (("share", LENGTH_EFFECT), ("position", SIDE_A)):
        assert abs(found[name].estimate - truth) < 3 * (found[name].standard_error or 0)
    assert (found["share"].p_value or 0) < 1e-6


def test_style_has_four_coefficients_and_only_length_matters_here() -> None:
    found = coefficients(controlled(synthetic_votes(), "style"))
    assert list(found) == ["length", "headers", "lists", "bold"]
    assert (found["length"].p_value or 0) < 1e-6
    assert min(found[name].p_value or 0 for name in ("headers", "lists", "bold")) > 0.001


def test_controlling_length_moves_the_models_that_write_more() -> None:
    frame = synthetic_votes(20_000)
    plain, without = rank(Battles.from_frame(frame)), controlled(frame, "length:share")
    before = {row.model: row.rating or 0 for row in plain.models}
    after = {row.model: row.rating or 0 for row in without.models}
    assert after["fir"] < before["fir"] - 5
    assert after["amber"] > before["amber"] + 5


def test_a_coefficient_is_per_standard_deviation_unless_unscaled() -> None:
    frame = synthetic_votes()
    scaled = coefficients(controlled(frame, "length", "position"))["length"]
    unscaled = coefficients(controlled(frame, "length:unscaled", "position"))["length"]
    deviation = float(np.std((frame["length_a"] - frame["length_b"]).to_numpy()))
    assert scaled.estimate == pytest.approx(unscaled.estimate * deviation)
    assert scaled.p_value == pytest.approx(unscaled.p_value)


def test_a_ridge_shrinks_and_none_does_not() -> None:
    frame = synthetic_votes()
    free = coefficients(controlled(frame, "length:share"))["length"].estimate
    shrunk = coefficients(controlled(frame, "length:share", ridge=5000.0))["length"].estimate
    assert 0 < shrunk < 0.5 * free


def test_published_counts_are_found_where_the_sets_keep_them() -> None:
    frame = synthetic_votes()
    groups = [
        pl.struct(pl.col(f"{name}_{side}").alias("h1"), pl.lit(0).alias("h2")).alias(
            f"{kind}_count_{side}"
        )
        for kind, name in (("header", "headers"), ("list", "lists"), ("bold", "bold"))
        for side in "ab"
    ]
    lengths = [pl.col(f"length_{side}").alias(f"sum_assistant_{side}_tokens") for side in "ab"]
    nested = frame.with_columns(conv_metadata=pl.struct(*groups, *lengths)).drop(
        f"{name}_{side}" for name in ("length", "headers", "lists", "bold") for side in "ab"
    )
    assert controlled(nested, "style").to_json() == controlled(frame, "style").to_json()


def test_style_is_counted_from_the_conversations_where_nobody_has() -> None:
    random = np.random.default_rng(1)
    texts = [
        "# A\n\n" * head + "* item\n" * items + "**so** " * bold + "word " * words
        for head, items, bold, words in random.integers(1, (4, 6, 5, 80), (12_000, 4))
    ]
    said = [[{"role": "user", "content": "?"}, {"role": "assistant", "content": t}] for t in texts]
    frame = synthetic_votes().select("model_a", "model_b", "winner")
    frame = frame.with_columns(
        conversation_a=pl.Series(said[:6000]), conversation_b=pl.Series(said[6000:])
    )
    board = controlled(frame, "style_grammar_v2")
    assert list(coefficients(board)) == ["length", "headers", "lists", "bold"]
    assert board.diagnostics[0].kind == "style_counted"
    assert "by grammar_v2" in board.diagnostics[0].message


def test_neither_the_order_of_votes_nor_equal_rows_as_a_count_change_a_byte() -> None:
    frame = synthetic_votes(2000).drop("battle_id")
    twice = pl.concat([frame, frame]).sample(fraction=1.0, shuffle=True, seed=3)
    counted = frame.with_columns(count=pl.lit(2))
    assert controlled(twice, "style").to_json() == controlled(counted, "style").to_json()


def test_votes_without_a_value_are_left_out_and_counted() -> None:
    frame = synthetic_votes()
    some = pl.int_range(pl.len()) < 10
    missing = frame.with_columns(length_a=pl.when(some).then(None).otherwise("length_a"))
    board = controlled(missing, "length")
    (diagnostic,) = board.diagnostics
    assert (diagnostic.kind, board.votes) == ("no_control_value", 5990)
    assert diagnostic.message == "10 votes with nothing in length_a left out."


def test_no_votes_and_undecided_votes_are_boards_that_say_so() -> None:
    frame = synthetic_votes(100)
    nobody = controlled(frame.head(0), "style")
    assert [one.kind for one in nobody.diagnostics] == ["no_votes"]
    ties = controlled(frame.with_columns(winner=pl.lit("tie")), "style")
    assert not ties.is_rated


@pytest.mark.parametrize(
    ("column", "control", "said"),
    [
        (pl.lit(3), "length_x", "nothing to control length_x by: add the columns length_x_a"),
        (pl.lit(float("nan")), "odd", "The column odd holds nan in vote 1 "),
        (pl.lit(1.5), "odd", "The control odd is the same in every vote"),
        (pl.lit("x"), "odd", "The column odd holds String, not numbers"),
        (pl.col("length_a") - pl.col("length_b"), "odd:log", "holds differences already"),
    ],
)
def test_columns_that_cannot_be_controlled_by_are_named(
    column: pl.Expr, control: str, said: str
) -> None:
    with pytest.raises(RecipeError, match=said):
        controlled(synthetic_votes(200).with_columns(odd=column), control)


def test_zeros_have_no_logarithm_and_negative_numbers_no_share() -> None:
    frame = synthetic_votes(200)
    with pytest.raises(RecipeError, match="zeros or negative numbers, which have no logarithm"):
        controlled(frame.with_columns(length_a=pl.lit(0)), "length:log")
    with pytest.raises(RecipeError, match="holds negative numbers; use length:difference"):
        controlled(frame.with_columns(length_a=-pl.col("length_a")), "length:share")


def test_no_ridge_mends_what_the_models_alone_tell() -> None:
    frame = synthetic_votes(500)
    price = {name: 1.0 + place for place, name in enumerate(sorted(set(frame["model_a"])))}
    priced = frame.with_columns(
        pl.col(f"model_{side}").replace_strict(price).alias(f"price_{side}") for side in "ab"
    )
    recipe = Recipe(controls=(Control.parse("price"),), ridge=1.0)
    with pytest.raises(RecipeError, match="Feature price is told by the models alone"):
        rank(Battles.from_frame(priced), recipe)


def test_a_ridge_mends_controls_that_say_the_same() -> None:
    frame = synthetic_votes(500).with_columns(
        double_a=2 * pl.col("length_a"), double_b=2 * pl.col("length_b")
    )
    both = (Control.parse("length"), Control.parse("double"))
    board = rank(Battles.from_frame(frame), Recipe(controls=both, ridge=1.0))
    one, other = board.coefficients
    assert one.estimate == pytest.approx(other.estimate)
    assert one.standard_error == pytest.approx(other.standard_error)


def test_collinear_controls_are_named() -> None:
    frame = synthetic_votes(500).with_columns(
        double_a=2 * pl.col("length_a"), double_b=2 * pl.col("length_b")
    )
    with pytest.raises(RecipeError, match="Features length, double are collinear"):
        controlled(frame, "length", "double")


def test_what_is_constant_within_models_cannot_be_told_from_them() -> None:
    price = {"amber": 9.0, "birch": 5.0, "cedar": 3.0, "dogwood": 2.0, "elm": 1.0, "fir": 0.5}
    frame = synthetic_votes(500).with_columns(
        pl.col(f"model_{side}").replace_strict(price).alias(f"price_{side}") for side in "ab"
    )
    with pytest.raises(RecipeError, match="Feature price is told by the models alone"):
        controlled(frame, "price")


def test_a_feature_in_two_controls_is_refused() -> None:
    with pytest.raises(RecipeError, match="Two controls have the feature length"):
        controlled(synthetic_votes(200), "style", "length")


def test_ties_share_of_the_synthetic_votes_is_as_planted() -> None:
    frame = synthetic_votes(20_000)
    assert 1 - decisive(frame).height / frame.height == pytest.approx(TIES, abs=0.02)


@pytest.mark.parametrize(
    ("control", "published"),
    [
        ("latency", "metadata/latency_{}"),
        ("duration", "metadata/duration_{}"),
        ("energy", "metadata/conso_{}"),
        ("tokens", "metadata/tokens_{}"),
        ("tokens", "total_conv_{}_output_tokens"),
        ("tokens", "conv_metadata/sum_assistant_{}_tokens"),
        ("energy", "total_conv_{}_kwh"),
        ("parameters", "model_{}_total_params"),
        ("active_parameters", "model_{}_active_params"),
        ("total_params", "model_{}_total_params"),
        ("total_tokens", "metadata/total_tokens_{}"),
        ("context_tokens", "conv_metadata/context_tokens_{}"),
    ],
)
def test_published_columns_are_found_by_what_they_measure(
    tmp_path: Path, control: str, published: str
) -> None:
    frame = synthetic_votes(800)
    sides = {side: pl.col(f"length_{side}") for side in "ab"}
    own = frame.with_columns(column.alias(f"{control}_{side}") for side, column in sides.items())
    outer, _, inner = published.rpartition("/")
    named = [column.alias(inner.format(side)) for side, column in sides.items()]
    theirs = frame.with_columns(pl.struct(named).alias(outer) if outer else named)
    theirs.write_parquet(tmp_path / "votes.parquet")
    recipe = Recipe(controls=(Control.parse(control),))
    found = rank(tmp_path / "votes.parquet", recipe)
    assert found.to_json() == rank(Battles.from_frame(own), recipe).to_json()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_no_control_can_use_is_named_with_its_vote(value: float) -> None:
    frame = synthetic_votes(50).with_columns(mood=pl.int_range(pl.len()).cast(pl.Float64))
    frame[7, "mood"] = value
    models = rf"{frame['model_a'][7]} against {frame['model_b'][7]}"
    with pytest.raises(RecipeError, match=rf"mood holds {value} in vote 8 \({models}; counted"):
        controlled(frame, "mood")
