"""`tiltyard export` from outside."""

import json
from pathlib import Path

import pytest

from exported import battle, record
from opened import open_ledger
from tiltyard_process import run

pytestmark = pytest.mark.anyio


async def test_an_export_says_what_it_wrote(tmp_path: Path) -> None:
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite3'}") as ledger:
        await record(ledger, [battle(1), battle(2, "tie")])
    arguments = ("--data", tmp_path, "--out", tmp_path / "out")
    finished = run("export", "--schema", "dpo", *arguments)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout == (
        "1 vote left out: a tie or both-bad vote prefers neither answer.\n"
        f"2 votes, 1 row of dpo in 1 file in {tmp_path / 'out'}.\n"
    )
    as_json = run("export", "--schema", "kto", "--format", "jsonl", *arguments, "--json")
    assert json.loads(as_json.stdout)["files"] == ["kto.jsonl"]


def test_a_mistake_is_one_sentence(tmp_path: Path) -> None:
    for arguments, said in (
        (("--schema", "arena-1k"), "there are arena-140k"),
        (("--schema", "dpo", "--slice", "nowhere"), "has no slice nowhere"),
    ):
        finished = run("export", *arguments, "--out", tmp_path / "out", "--data", tmp_path)
        assert finished.returncode == 2
        assert said in finished.stderr
        assert finished.stderr.count("\n") == 1
