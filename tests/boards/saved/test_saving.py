import hashlib
import json
from pathlib import Path

import polars as pl
import pytest

from synthetic_votes import synthetic_votes
from tiltyard.battles.reading import read_battles
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.errors import SavedBoardError
from tiltyard.boards.ranking import rank
from tiltyard.boards.recipes.controls import Control
from tiltyard.boards.recipes.recipe import Anchor, Recipe
from tiltyard.boards.saved.verifying import verify_board

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
        assert found.same_bytes


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


def refreshed(directory: Path, **fields: object) -> None:
    """Give the manifest the digests of the files as they are now, and other fields."""
    file = directory / "manifest.json"
    manifest = json.loads(file.read_text()) | fields
    manifest["files"] = {
        name: hashlib.sha256((directory / name).read_bytes()).hexdigest()
        for name in manifest["files"]
    }
    file.write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("name", "touched", "said"),
    [
        ("covariance", pl.exclude("model") * 0.01, "The covariance of "),
        ("board", pl.col("rating") + 500, "board.parquet amber, rating: saved "),
    ],
)
def test_a_file_that_was_touched_with_its_digest_is_found(
    saved: Path, name: str, touched: pl.Expr, said: str
) -> None:
    file = saved / f"{name}.parquet"
    pl.read_parquet(file).with_columns(touched).write_parquet(file)
    refreshed(saved)
    for found in (verify_board(saved), verify_board(saved, BATTLES)):
        assert found.differences[0].startswith(said)
        assert found.largest_gap > 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("seed", 99, "seed"),
        ("version", "9.9", "version"),
        ("recipe_sha256", "0" * 64, "recipe"),
        ("data_sha256", "0" * 64, "digest of the votes"),
    ],
)
def test_what_the_manifest_says_is_compared(
    saved: Path, field: str, value: object, said: str
) -> None:
    refreshed(saved, **{field: value})
    assert verify_board(saved).differences == (f"The {said} is not the one in the manifest.",)


def test_a_file_the_manifest_keeps_quiet_about_is_found(saved: Path) -> None:
    table = pl.read_parquet(saved / "board.parquet")
    table.with_columns(pl.col("rating") + 500).write_parquet(saved / "board.parquet")
    files = json.loads((saved / "manifest.json").read_text())["files"]
    refreshed(saved, files={name: "" for name in files if name != "board.parquet"})
    found = verify_board(saved).differences
    assert found[0] == "board.parquet is not in the manifest."
    assert found[1].startswith("board.parquet amber, rating: saved ")


@pytest.mark.parametrize("name", ["covariance", "board"])
def test_a_file_that_was_taken_away_is_found(saved: Path, name: str) -> None:
    (saved / f"{name}.parquet").unlink()
    files = json.loads((saved / "manifest.json").read_text())["files"]
    refreshed(saved, files={one: "" for one in files if one != f"{name}.parquet"})
    assert f"{name}" in verify_board(saved).differences[-1]
    assert verify_board(saved).differences[-1].endswith("is not there.")


def test_numbers_within_a_millionth_hold_but_not_byte_by_byte(saved: Path) -> None:
    file = saved / "covariance.parquet"
    pl.read_parquet(file).with_columns(pl.exclude("model") * (1 + 1e-8)).write_parquet(file)
    refreshed(saved)
    found = verify_board(saved)
    assert found.holds
    assert not found.same_bytes
    assert 0 < found.largest_gap < 1e-4


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
    refreshed(saved)
    assert "The saved votes are not those of the board" in verify_board(saved).differences[0]


def test_saved_votes_that_are_not_the_manifests_are_not_even_read(saved: Path) -> None:
    (saved / "votes.parquet").write_bytes(b"Whatever a stranger put there.")
    for found in (verify_board(saved), verify_board(saved, BATTLES)):
        assert found.differences == (
            "votes.parquet is not the file that was saved: its SHA-256 is not the manifest's.",
        )


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


def test_a_place_where_nothing_can_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("No directory.")
    with pytest.raises(SavedBoardError, match="cannot be written"):
        rank(BATTLES).save(tmp_path / "file")


def test_what_a_saved_board_says_beside_its_votes_is_found(saved: Path) -> None:
    values = json.loads((saved / "board.json").read_text())
    values["note"] = "Approved by everybody"
    values["models"][1]["tier"] = "S+"
    (saved / "board.json").write_text(json.dumps(values))
    refreshed(saved)
    assert verify_board(saved).differences == (
        "The board says models tier, which no votes give.",
        "The board says note, which no votes give.",
    )
    alone = verify_board(saved / "board.json", BATTLES)
    assert (alone.holds, alone.same_bytes) == (True, False)
    assert alone.unchecked == ("models tier", "note")
