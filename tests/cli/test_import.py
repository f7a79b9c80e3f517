"""`tiltyard import` from outside: reports, refusals, and a death in the middle."""

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import anyio

from polling import until
from synthetic_votes import synthetic_votes
from tiltyard_process import TILTYARD, run


def test_an_import_says_what_it_added(tmp_path: Path) -> None:
    synthetic_votes(300).write_parquet(tmp_path / "Other Arena.parquet")
    finished = run("import", tmp_path / "Other Arena.parquet", "--data", tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout == (
        "Other Arena.parquet: 300 rows, 300 battles added. Source import:other-arena, arena text.\n"
    )
    again = run("import", tmp_path / "Other Arena.parquet", "--data", tmp_path, "--json")
    (report,) = json.loads(again.stdout)
    assert (report["added"], report["known"]) == (0, 300)


def test_a_mistake_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    file.write_text("model_a,model_b\nx,y\n")
    for arguments, said in (
        ((file,), "no column says who won"),
        ((tmp_path / "none.csv",), "does not exist"),
        ((file, "--source", "Big Words"), "is not a name"),
        ((file, "--arena", "txet"), "There is no arena 'txet'; there are text, vision. Say --new"),
        ((), "Name FILES of votes, or --remove SOURCE"),
        (("--remove", "votes"), "Nothing was imported as votes; there is no import at all"),
        ((file, "--schema", "arena-1k"), "there are arena-100k, arena-140k"),
    ):
        finished = run("import", *arguments, "--data", tmp_path)
        assert finished.returncode == 2
        assert said in finished.stderr
        assert finished.stderr.count("\n") <= 2
        assert "Traceback" not in finished.stderr


def test_an_arena_of_others_is_new_only_once(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    file.write_text("model_a,model_b,winner\nx,y,model_a\n")
    for flags in (("--new-arena",), ()):
        finished = run("import", file, "--arena", "chess", *flags, "--data", tmp_path)
        assert finished.returncode == 0, finished.stderr
        assert "arena chess." in finished.stdout


def test_an_import_is_taken_back_when_it_is_meant(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    file.write_text("model_a,model_b,winner\nx,y,model_a\n")
    run("import", file, "--data", tmp_path)
    asked = run("import", "--remove", "votes", "--data", tmp_path)
    assert asked.returncode not in {0, 2}
    assert "Take 1 battle of import:votes off all boards" in asked.stdout + asked.stderr
    for name in ("votes", "import:votes"):
        finished = run("import", "--remove", name, "--yes", "--data", tmp_path)
        assert finished.returncode == 0, finished.stderr
        assert "import:votes: 1 battle off all boards, and the words erased" in finished.stdout


VOTES = 70_000
PARTS = {"sides": 2, "turns": 1, "votes": 1, "reveals": 1}


def counts(ledger: Path) -> dict[str, int]:
    with closing(sqlite3.connect(ledger)) as connection:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608  # our tables
            for table in ("battles", *PARTS)
        }


def require_whole(ledger: Path) -> int:
    """No battle is half there; count them."""
    found = counts(ledger)
    battles = found["battles"]
    assert found == {"battles": battles} | {name: n * battles for name, n in PARTS.items()}
    return battles


def test_an_import_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    file, ledger = tmp_path / "votes.parquet", tmp_path / "ledger.sqlite3"
    synthetic_votes(VOTES).write_parquet(file)
    assert run("db", "upgrade", "--data", tmp_path).returncode == 0

    async def began() -> bool:
        return counts(ledger)["battles"] > 0

    command = [str(TILTYARD), "import", str(file), "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        anyio.run(until, began)
        process.kill()
    before = require_whole(ledger)
    assert 0 < before < VOTES
    finished = run("import", file, "--data", tmp_path, "--json")
    (report,) = json.loads(finished.stdout)
    assert (report["known"], report["added"]) == (before, VOTES - before)
    assert require_whole(ledger) == VOTES
