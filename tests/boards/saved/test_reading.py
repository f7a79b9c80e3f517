"""A board is read as it was written, and what is no board is refused in one sentence."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from synthetic_votes import synthetic_votes
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.errors import SavedBoardError
from tiltyard.boards.ranking import rank
from tiltyard.boards.recipes.controls import Control
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.saved.reading import read_manifest

BATTLES = Battles.from_frame(synthetic_votes(300))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    rank(BATTLES).save(tmp_path / "board")
    return tmp_path / "board"


def changed(saved: Path, **parts: object) -> Path:
    """The JSON of a board with other values in some of its parts, in a file of its own."""
    board = json.loads((saved / "board.json").read_text())
    file = saved.parent / "odd.json"
    file.write_text(json.dumps(board | parts))
    return file


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(controls=(Control.parse("style"),), filters=("anonymous",)),
        Recipe(interval="bootstrap", rounds=20, ranks="simultaneous"),
    ],
)
def test_what_is_read_is_what_was_written(tmp_path: Path, recipe: Recipe) -> None:
    board = rank(BATTLES, recipe)
    board.save(tmp_path)
    read = Board.load(tmp_path)
    assert read.to_json() == board.to_json()
    assert read.to_json().encode() == (tmp_path / "board.json").read_bytes()
    assert Board.load(tmp_path / "board.json").to_json() == board.to_json()


def test_boards_from_before_there_were_filters_and_of_later_versions_are_read(saved: Path) -> None:
    values = json.loads((saved / "board.json").read_text())
    del values["filters"]
    values["models"][0]["mood"] = values["weather"] = "fine"
    before = Board.load(saved)
    (saved / "board.json").write_text(json.dumps(values))
    assert Board.load(saved).filters == ()
    assert Board.load(saved).models == before.models


def test_what_is_not_there_or_no_json_is_one_sentence(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(SavedBoardError, match=r"nothing cannot be read \(No such file"):
        Board.load(tmp_path / "nothing")
    (tmp_path / "odd.json").write_text("{")
    with pytest.raises(SavedBoardError, match=r"odd.json is not JSON"):
        Board.load(tmp_path / "odd.json")
    (tmp_path / "deep.json").write_text("[" * 100_000 + "]" * 100_000)
    with pytest.raises(SavedBoardError, match=r"deep.json is not JSON: .* nested too deep"):
        Board.load(tmp_path / "deep.json")
    (saved / "votes.parquet").write_bytes(b"PAR1")
    with pytest.raises(SavedBoardError, match=r"votes.parquet is damaged"):
        Board.load(saved)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"models": 3}, "its models is not to be 3"),
        ({"models": [3]}, "its models 0 is not to be 3"),
        ({"models": [{"model": "x", "rating": "high"}]}, "its models 0 rating is not to be 'high'"),
        ({"filters": None}, "its filters is not to be None"),
        ({"filters": [{"name": "x"}]}, "its filters 0 has no dropped"),
        ({"recipe": 3}, "its recipe is not to be 3"),
        ({"recipe": {"controls": 3}}, "a value of its recipe is of the wrong kind"),
        ({"version": 3}, "its version is not to be 3"),
        ({"log_likelihood": True}, "its log_likelihood is not to be True"),
    ],
)
def test_a_value_of_another_kind_is_named(saved: Path, parts: dict[str, Any], said: str) -> None:
    with pytest.raises(SavedBoardError, match=rf"^odd.json is not a board: {said}\.$"):
        Board.load(changed(saved, **parts))


def test_half_a_character_is_one_sentence(saved: Path) -> None:
    with pytest.raises(SavedBoardError, match=r"is not a board: Invalid JSON"):
        Board.load(changed(saved, version="\ud800"))


def test_what_a_board_has_to_have_is_named(tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text('{"models": []}')
    with pytest.raises(SavedBoardError, match=r"odd.json is not a board: it has no log_likelihood"):
        Board.load(tmp_path / "odd.json")


def test_a_manifest_of_other_values_is_one_sentence(saved: Path) -> None:
    values = json.loads((saved / "manifest.json").read_text())
    for part, said in (({"seed": "x"}, "its seed is not to be 'x'"), ({"format": 9}, "format 9")):
        (saved / "manifest.json").write_text(json.dumps(values | part))
        with pytest.raises(SavedBoardError, match=said):
            read_manifest(saved)


def test_a_recipe_of_a_number_that_no_float_holds_is_of_the_wrong_kind(saved: Path) -> None:
    recipe = json.loads((saved / "board.json").read_text())["recipe"]
    with pytest.raises(SavedBoardError, match="of the wrong kind"):
        Board.load(changed(saved, recipe=recipe | {"scale": 10**400}))


@pytest.mark.parametrize("name", ["votes", "covariance"])
def test_more_rows_than_a_board_can_have_are_not_read(saved: Path, name: str) -> None:
    table = pl.read_parquet(saved / f"{name}.parquet")
    pl.concat([table] * 1000).write_parquet(saved / f"{name}.parquet")
    with pytest.raises(SavedBoardError, match=rf"{name}.parquet has [\d,]+ rows, and the board"):
        Board.load(saved)
