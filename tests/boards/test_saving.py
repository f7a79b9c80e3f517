import json
from pathlib import Path

import polars as pl
import pytest

from synthetic_votes import synthetic_votes
from tiltyard.battles.reading import read_battles
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.controls import Control
from tiltyard.boards.errors import SavedBoardError
from tiltyard.boards.ranking import rank
from tiltyard.boards.recipe import Anchor, Recipe
from tiltyard.boards.verifying import verify_board

FRAME = synthetic_votes(1500)
BATTLES = Battles.from_frame(FRAME)
RECIPES = [
    Recipe(),
    Recipe(anchor=Anchor("elm", 900), gauge="anchored"),
    Recipe(slices=("language=en",), filters=("anonymous",), half_life=5.0),
    Recipe(weights=("pair-balanced", "inverse-propensity"), ties="drop"),
    Recipe(estimator="four-outcomes", cluster=("voter",)),
    Recipe(controls=(Control.parse("style"), Control.parse("position")), cluster=("voter",)),
    Recipe(interval="bootstrap", rounds=50, seed=3, ranks="simultaneous"),
]


def files(directory: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in directory.iterdir()}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    rank(BATTLES).save(tmp_path / "board")
    return tmp_path / "board"


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_same_votes_in_any_order_are_the_same_bytes(tmp_path: Path, recipe: Recipe) -> None:
    shuffled = Battles.from_frame(FRAME.sample(fraction=1.0, shuffle=True, seed=1))
    rank(BATTLES, recipe).save(tmp_path / "one")
    rank(shuffled, recipe).save(tmp_path / "other")
    assert files(tmp_path / "one") == files(tmp_path / "other")


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_board_holds_with_its_saved_votes_and_with_the_votes_it_is_from(
    tmp_path: Path, recipe: Recipe
) -> None:
    rank(BATTLES, recipe).save(tmp_path)
    for found in (verify_board(tmp_path), verify_board(tmp_path, BATTLES)):
        assert found.differences == ()
        assert found.largest_gap < 1e-6


def test_a_board_comes_back_whole(saved: Path) -> None:
    read, board = Board.load(saved), rank(BATTLES)
    assert read.to_json() == board.to_json()
    before, after = (one.difference("amber", "fir") for one in (board, read))
    assert after.standard_error == pytest.approx(before.standard_error)
    assert Board.load(saved / "board.json").to_json() == board.to_json()


def test_the_manifest_says_what_the_board_is_made_of(saved: Path) -> None:
    manifest = json.loads((saved / "manifest.json").read_text())
    board = rank(BATTLES)
    assert manifest["data_sha256"] == board.data_sha256
    assert manifest["recipe_sha256"] == board.recipe.sha256
    assert manifest["seed"] == 0
    assert manifest["files"].keys() == files(saved).keys() - {"manifest.json"}


def test_saved_counts_are_votes_that_anybody_can_rank(saved: Path) -> None:
    again = rank(read_battles(saved / "votes.parquet"))
    assert again.to_json() == rank(BATTLES).to_json()


def test_no_name_of_a_voter_is_saved(tmp_path: Path) -> None:
    rank(BATTLES, Recipe(cluster=("voter",))).save(tmp_path)
    assert "voter-" not in str(pl.read_parquet(tmp_path / "votes.parquet").to_dict(as_series=False))


def test_a_rating_that_was_touched_is_found(saved: Path) -> None:
    file = saved / "board.json"
    board = json.loads(file.read_text())
    board["models"][0]["rating"] += 3
    file.write_text(json.dumps(board))
    found = verify_board(saved)
    assert not found.holds
    assert "board.json is not the file that was saved" in found.differences[0]
    assert found.differences[1].startswith("board, models amber, rating: saved ")
    assert found.largest_gap == pytest.approx(3)


def test_votes_that_were_left_out_are_found(saved: Path) -> None:
    found = verify_board(saved, Battles.from_frame(FRAME.head(1400)))
    assert not found.holds
    assert found.differences[0].startswith("The votes are not those of the board: their digest is")
    assert found.differences[-1].endswith("more differences.")


def test_saved_votes_that_were_touched_are_found(saved: Path) -> None:
    file = saved / "votes.parquet"
    votes = pl.read_parquet(file)
    votes.with_columns(total_weight=pl.col("total_weight") * 2).write_parquet(file)
    assert not verify_board(saved).holds


def test_a_board_as_json_alone_needs_its_votes(saved: Path) -> None:
    with pytest.raises(SavedBoardError, match="without its votes: name the files of votes"):
        verify_board(saved / "board.json")
    assert verify_board(saved / "board.json", BATTLES).holds


def test_a_board_of_nobody_is_saved_too(tmp_path: Path) -> None:
    nobody = pl.DataFrame({"model_a": ["x"], "model_b": ["y"], "winner": ["a"]})
    rank(BATTLES).save(tmp_path)
    rank(Battles.from_frame(nobody)).save(tmp_path)
    assert verify_board(tmp_path).holds
    assert Board.load(tmp_path).covariance is None


def test_what_is_no_saved_board_is_one_sentence(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(SavedBoardError, match=r"nothing cannot be read \(No such file"):
        Board.load(tmp_path / "nothing")
    (tmp_path / "odd.json").write_text("{")
    with pytest.raises(SavedBoardError, match=r"odd.json is not JSON"):
        Board.load(tmp_path / "odd.json")
    (tmp_path / "odd.json").write_text('{"models": []}')
    with pytest.raises(SavedBoardError, match=r"odd.json is not a board"):
        Board.load(tmp_path / "odd.json")
    (saved / "votes.parquet").write_bytes(b"PAR1")
    with pytest.raises(SavedBoardError, match=r"votes.parquet is damaged"):
        Board.load(saved)
    with pytest.raises(SavedBoardError, match="cannot be written"):
        rank(BATTLES).save(tmp_path / "odd.json")
