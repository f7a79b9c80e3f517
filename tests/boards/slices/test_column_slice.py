from pathlib import Path

import polars as pl
import pytest

from synthetic_votes import synthetic_votes
from tiltyard.battles.table import Battles
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.ranking import rank
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.slices.column_slice import slice_battles

FRAME = synthetic_votes(1000).with_columns(
    tags=pl.struct(pl.struct(math=pl.col("is_code")).alias("math_v0.1"))
)
BATTLES = Battles.from_frame(FRAME)


@pytest.mark.parametrize(
    ("slices", "kept"),
    [
        (["language=en"], pl.col("language") == "en"),
        (["language!=en"], pl.col("language") != "en"),
        (["is_code"], pl.col("is_code")),
        (["tags/math_v0.1/math=true"], pl.col("is_code")),
        (["tags/math_v0.1/math"], pl.col("is_code")),
        (["length_a>=200"], pl.col("length_a") >= 200),
        (
            ["length_a<200", "language=de"],
            (pl.col("length_a") < 200) & (pl.col("language") == "de"),
        ),
    ],
)
def test_a_slice_keeps_the_votes_for_which_it_holds(slices: list[str], kept: pl.Expr) -> None:
    assert slice_battles(BATTLES, slices).frame.height == FRAME.filter(kept).height


def test_what_is_unknown_is_in_no_slice() -> None:
    frame = FRAME.with_columns(language=pl.when("is_code").then(None).otherwise("language"))
    battles = Battles.from_frame(frame)
    parts = [
        slice_battles(battles, [given]).frame.height for given in ("language=en", "language!=en")
    ]
    assert sum(parts) == frame.filter(~pl.col("is_code")).height


def test_a_board_of_a_slice_is_that_of_its_votes_alone() -> None:
    english = Battles.from_frame(FRAME.filter(pl.col("language") == "en"))
    sliced = rank(BATTLES, Recipe(slices=("language=en",)))
    assert sliced.models == rank(english).models
    assert sliced.data_sha256 == rank(english).data_sha256


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            "langauge=en",
            "asks for the column langauge, and the votes have none; there are battle_id",
        ),
        ("language=fr", "the most frequent values of language are en, de"),
        ("length_a>many", "compares with 'many', not a number"),
        ("language>3", "compares numbers, and the column holds none"),
        ("language", "is a column of Categorical, not of true and false: add the value"),
        ("length_a>1e9", "No vote is in the slice length_a>1e9"),
        ("policy=x", "the column policy is empty"),
    ],
)
def test_a_slice_that_cannot_be_cut_is_one_sentence(given: str, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        slice_battles(BATTLES, [given])


def test_a_missing_column_is_answered_with_all_that_the_file_has(tmp_path: Path) -> None:
    FRAME.write_parquet(tmp_path / "votes.parquet")
    there = "battle_id, model_a, model_b, outcome, voter, voted_at, language"
    for recipe in (Recipe(slices=("mood=1",)), Recipe(slices=("mood=1",), cluster=("voter",))):
        with pytest.raises(RecipeError, match=rf"the column mood, .* there are {there}") as error:
            rank(tmp_path / "votes.parquet", recipe)
        for name in ("is_code", "length_a", "tags", "pair_probability"):
            assert name in str(error.value)
    assert rank(tmp_path / "votes.parquet", Recipe(slices=("is_code",))).votes > 0


def test_a_missing_field_is_answered_with_its_neighbours() -> None:
    with pytest.raises(RecipeError, match=r"there are tags/math_v0\.1/math\.$"):
        slice_battles(BATTLES, ["tags/math=true"])
