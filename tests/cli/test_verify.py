import json
from pathlib import Path

import polars as pl
import pytest

from synthetic_votes import synthetic_votes
from tiltyard_process import refusal, run


@pytest.fixture
def board(tmp_path: Path) -> Path:
    synthetic_votes(800).write_parquet(tmp_path / "votes.parquet")
    recipe = ("--control", "style", "--cluster", "voter", "--slice", "language=en")
    saved = run("rank", tmp_path / "votes.parquet", *recipe, "--save", tmp_path / "board")
    assert saved.returncode == 0, saved.stderr
    return tmp_path / "board"


def test_a_board_agrees_with_its_saved_votes_and_with_its_files(board: Path) -> None:
    alone = run("verify", board)
    assert alone.returncode == 0, alone.stdout
    assert "agrees with what its saved votes give" in alone.stdout
    with_votes = run("verify", board, board.parent / "votes.parquet")
    assert with_votes.returncode == 0, with_votes.stdout
    assert "agrees with what its votes give" in with_votes.stdout


def test_a_board_of_other_votes_is_the_answer_no(board: Path) -> None:
    synthetic_votes(800, seed=8).write_parquet(board.parent / "other.parquet")
    found = run("verify", board, board.parent / "other.parquet")
    assert found.returncode == 1
    assert found.stdout.startswith("The votes are not those of the board")
    assert "differs from" in found.stdout.splitlines()[-1]


def test_the_findings_can_be_json(board: Path) -> None:
    table = pl.read_parquet(board / "board.parquet")
    table.with_columns(pl.col("rating") + 500).write_parquet(board / "board.parquet")
    found = run("verify", board, "--json")
    assert found.returncode == 1
    findings = json.loads(found.stdout)
    assert findings["holds"] is False
    assert findings["rebuilt_from"] == "saved votes"
    assert "board.parquet is not the file that was saved" in findings["differences"][0]


def test_a_table_that_cannot_be_read_is_one_line_too(board: Path) -> None:
    (board / "board.parquet").write_bytes(b"")
    found = run("verify", board, "--json")
    assert found.returncode == 2
    assert found.stderr == "Error: board.parquet is damaged or cut short.\n"


def test_what_cannot_be_read_is_one_line_and_exit_code_2(board: Path, tmp_path: Path) -> None:
    missing = run("verify", tmp_path / "nothing")
    assert missing.returncode == 2
    assert missing.stderr.startswith("Error: ")
    assert missing.stderr.count("\n") == 1
    (board / "manifest.json").unlink()
    assert "manifest.json cannot be read" in run("verify", board).stderr


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("slices", "\x1b[31mx=\x1b[2J"),
        ("where", "language = 'de' \x1b[2J"),
        ("where", "x" * 20_000),
        ("filters", "\x1b]0;mine\x07" + "x" * 20_000),
    ],
)
def test_words_of_a_stranger_neither_steer_nor_flood_a_terminal(
    board: Path, field: str, given: str
) -> None:
    values = json.loads((board / "board.json").read_text())
    values["recipe"][field] = [given]
    strange = board.parent / "strange.json"
    strange.write_text(json.dumps(values))
    said = refusal("verify", strange, board.parent / "votes.parquet")
    assert said.isprintable()
    assert len(said) < 1_500
