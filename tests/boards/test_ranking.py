import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthetic_votes import synthetic_votes
from tiltyard.battles.errors import VotesError
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.ranking import rank
from tiltyard.boards.recipes.recipe import Anchor, Recipe, RecipeError
from tiltyard.boards.records import Diagnostic

CYCLE = [("x", "y", "a"), ("y", "z", "a"), ("z", "x", "a"), ("x", "z", "a"), ("x", "y", "tie")]


def battles(votes: Sequence[tuple[str, str, str]]) -> Battles:
    schema = dict.fromkeys(("model_a", "model_b", "winner"), pl.String)
    return Battles.from_frame(pl.DataFrame(votes, schema, orient="row"))


def ratings(board: Board) -> dict[str, float | None]:
    return {standing.model: standing.rating for standing in board.models}


def kinds(board: Board) -> dict[str, tuple[str, ...]]:
    return {diagnostic.kind: diagnostic.models for diagnostic in board.diagnostics}


def test_models_stand_by_rating_and_their_mean_is_1000() -> None:
    board = rank(battles(CYCLE))
    assert [standing.model for standing in board.models] == ["x", "y", "z"]
    assert np.mean([rating for rating in ratings(board).values() if rating]) == pytest.approx(1000)
    assert board.votes == 5


def test_two_models_have_the_rating_and_interval_of_the_textbook() -> None:
    votes = [("x", "y", "a")] * 30 + [("x", "y", "b")] * 10
    best, other = rank(battles(votes)).models
    points, error = 400 * np.log10(3), 400 / np.log(10) * np.sqrt(1 / 30 + 1 / 10)
    assert best.rating == pytest.approx(1000 + points / 2)
    assert best.standard_error == pytest.approx(error / 2)
    assert best.lower == pytest.approx(1000 + points / 2 - 1.959964 * error / 2, abs=1e-4)
    assert (best.rank, best.rank_lower, best.rank_upper) == (1, 1, 1)
    assert (other.rank, other.rank_lower, other.rank_upper) == (2, 2, 2)


def test_records_count_votes_on_both_sides_with_both_bad_among_the_ties() -> None:
    board = rank(battles([*CYCLE, ("y", "x", "both_bad"), ("y", "x", "b")]))
    (x,) = (standing for standing in board.models if standing.model == "x")
    assert (x.battles, x.wins, x.losses, x.ties) == (6, 3, 1, 2)


def test_a_path_is_ranked_as_its_battles_are(tmp_path: Path) -> None:
    file = tmp_path / "votes.parquet"
    battles(CYCLE).frame.write_parquet(file)
    assert rank(file).to_json() == rank(str(file)).to_json() == rank(battles(CYCLE)).to_json()


def test_frames_are_ranked_as_their_battles_are() -> None:
    frame = battles(CYCLE).frame
    assert rank(frame).to_json() == rank(battles(CYCLE)).to_json()
    with pytest.raises(VotesError, match="is dict, not a table"):
        rank({"model_a": ["x"]})  # type: ignore[arg-type]  # as somebody without types would


def test_a_path_without_a_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(VotesError, match=r"votes\.csv"):
        rank(tmp_path / "votes.csv")


@settings(deadline=None)
@given(st.permutations(range(len(CYCLE))), st.lists(st.booleans(), min_size=5, max_size=5))
def test_neither_the_order_of_votes_nor_their_sides_change_a_byte(
    order: list[int], swapped: list[bool]
) -> None:
    other_way = {"a": "b", "b": "a", "tie": "tie"}
    votes = [CYCLE[index] for index in order]
    turned = [
        (b, a, other_way[won]) if swap else (a, b, won)
        for (a, b, won), swap in zip(votes, swapped, strict=True)
    ]
    assert rank(battles(turned)).to_json() == rank(battles(CYCLE)).to_json()


def test_counted_votes_and_single_votes_give_the_same_bytes() -> None:
    grouped = pl.DataFrame(CYCLE, ["model_a", "model_b", "winner"], orient="row")
    counted = Battles.from_frame(grouped.with_columns(pl.lit(3).alias("count")))
    assert rank(counted).to_json() == rank(battles(CYCLE * 3)).to_json()


def test_other_votes_have_another_digest() -> None:
    more = rank(battles([*CYCLE, CYCLE[0]]))
    assert more.data_sha256 != rank(battles(CYCLE)).data_sha256


@settings(deadline=None)
@given(st.sampled_from(["x", "y", "z"]), st.floats(-3000, 3000))
def test_an_anchor_shifts_all_ratings_alike_and_nothing_else(model: str, score: float) -> None:
    plain = rank(battles(CYCLE))
    anchored = rank(battles(CYCLE), Recipe(anchor=Anchor(model, score)))
    assert ratings(anchored)[model] == pytest.approx(score)
    shift = score - (ratings(plain)[model] or 0)
    for before, after in zip(plain.models, anchored.models, strict=True):
        assert before.rating is not None
        assert before.lower is not None
        assert after.rating == pytest.approx(before.rating + shift)
        assert after.lower == pytest.approx(before.lower + shift)
        assert after.standard_error == before.standard_error
        assert (after.rank, after.rank_upper) == (before.rank, before.rank_upper)


def test_a_higher_confidence_widens_the_interval() -> None:
    narrow, wide = (rank(battles(CYCLE), Recipe(confidence=level)) for level in (0.5, 0.99))
    assert (narrow.models[0].lower or 0) > (wide.models[0].lower or 0)


def test_models_beyond_the_votes_reach_have_no_rating_and_are_named() -> None:
    votes = [*CYCLE, ("up", "x", "a"), ("z", "down", "a"), ("i", "j", "a"), ("j", "i", "a")]
    board = rank(battles(votes))
    assert kinds(board) == {"undefeated": ("up",), "winless": ("down",), "disconnected": ("i", "j")}
    unrated = {standing.model for standing in board.models if standing.rating is None}
    assert unrated == {"up", "down", "i", "j"}
    assert {standing.model for standing in board.models[:3]} == {"x", "y", "z"}
    assert board.models[-1].rank is None
    assert board.models[-1].battles == 1
    assert "up: never lost to or tied with a rated model" in board.diagnostics[0].message


def test_the_others_are_rated_as_if_those_were_not_there() -> None:
    board = rank(battles([*CYCLE, ("up", "x", "a")]))
    assert {name: rating for name, rating in ratings(board).items() if rating} == pytest.approx(
        ratings(rank(battles(CYCLE)))
    )


def test_one_decisive_vote_rates_nobody() -> None:
    board = rank(battles([("x", "y", "a")]))
    assert not board.is_rated
    assert board.log_likelihood is None
    assert kinds(board) == {"nothing_rated": ("x", "y"), "undefeated": ("x",), "winless": ("y",)}


def test_nothing_but_ties_rates_nobody_rather_than_claiming_certainty() -> None:
    board = rank(battles([("x", "y", "tie"), ("y", "z", "both_bad")]))
    assert not board.is_rated
    assert kinds(board)["only_ties"] == ("x", "y", "z")


def test_no_votes_are_a_board_that_says_so() -> None:
    board = rank(battles([]))
    assert board.models == ()
    assert board.diagnostics == (Diagnostic("no_votes", "There are no votes to rank.", ()),)


def test_votes_of_a_model_against_itself_are_left_out_and_counted() -> None:
    board = rank(battles([*CYCLE, ("x", "x", "a"), ("x", "x", "tie")]))
    assert kinds(board) == {"self_battle": ("x",)}
    assert board.diagnostics[0].message == "x: 2 votes of a model against itself left out."
    assert board.models == rank(battles(CYCLE)).models


def test_a_single_model_is_not_rated_against_itself() -> None:
    assert not rank(battles([("x", "x", "a")])).is_rated


def test_rows_of_weight_zero_and_count_zero_are_no_votes() -> None:
    frame = pl.DataFrame(CYCLE, ["model_a", "model_b", "winner"], orient="row")
    empty = frame.with_columns(pl.lit(0).alias("count"))
    assert kinds(rank(Battles.from_frame(empty)))["nothing_rated"] == ("x", "y", "z")


def test_an_unknown_anchor_suggests_near_names() -> None:
    votes = [("gpt-4-0613", "gpt-4-0314", "tie"), ("gpt-4-0613", "llama", "a")]
    with pytest.raises(RecipeError, match=r"gpt-4-061 is not among.*did you mean gpt-4-0613"):
        rank(battles(votes), Recipe(anchor=Anchor("gpt-4-061", 1000)))
    with pytest.raises(RecipeError, match="there are 3 models"):
        rank(battles(votes), Recipe(anchor=Anchor("quux", 1000)))


def test_an_anchor_that_cannot_be_rated_is_refused() -> None:
    votes = [*CYCLE, ("up", "x", "a")]
    with pytest.raises(RecipeError, match="anchor up cannot be rated"):
        rank(battles(votes), Recipe(anchor=Anchor("up", 1000)))


def test_the_json_has_the_published_fields() -> None:
    board = json.loads(rank(battles(CYCLE), Recipe(anchor=Anchor("x", 1200))).to_json())
    assert list(board) == [
        "models",
        "log_likelihood",
        "coefficients",
        "diagnostics",
        "recipe",
        "data_sha256",
        "version",
        "filters",
    ]
    assert list(board["models"][0]) == [
        *("model", "rating", "lower", "upper", "standard_error"),
        *("rank", "rank_lower", "rank_upper", "battles", "wins", "losses", "ties"),
        *("probability_best", "tie_groups"),
    ]
    assert board["coefficients"] == []
    assert board["recipe"]["anchor"] == {"model": "x", "score": 1200}


def test_votes_that_all_weigh_nothing_are_said_to() -> None:
    frame = pl.DataFrame({"model_a": ["x", "y"], "model_b": ["y", "x"], "winner": ["a", "a"]})
    board = rank(Battles.from_frame(frame.with_columns(weight=0.0)))
    assert kinds(board) == {"nothing_rated": ("x", "y"), "weightless": ("x", "y")}
    assert board.diagnostics[0].message == "No model can be rated: every vote weighs 0."


def test_a_model_whose_votes_all_weigh_nothing_is_named_apart() -> None:
    votes = [("x", "y", "a", 1.0), ("y", "x", "a", 1.0), ("z", "x", "a", 0.0), ("x", "z", "a", 0.0)]
    frame = pl.DataFrame(votes, ["model_a", "model_b", "winner", "weight"], orient="row")
    board = rank(Battles.from_frame(frame))
    assert kinds(board) == {"weightless": ("z",)}
    assert "all their votes weigh 0" in board.diagnostics[0].message


def test_votes_without_what_their_weights_need_are_counted_and_the_first_named() -> None:
    frame = synthetic_votes(20)
    drawn = frame.with_columns(
        pair_probability=pl.when(pl.int_range(pl.len()) < 3).then("pair_probability")
    )
    with pytest.raises(RecipeError, match=r"pair_probability: 17 of 20 .* the first is vote 4"):
        rank(Battles.from_frame(drawn), Recipe(weights=("inverse-propensity",)))
    undated = frame.with_columns(tstamp=pl.when(pl.int_range(pl.len()) != 1).then("tstamp"))
    with pytest.raises(RecipeError, match=r"voted_at: 1 of 20 votes .* the first is vote 2"):
        rank(Battles.from_frame(undated), Recipe(half_life=3))
