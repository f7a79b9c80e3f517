"""`tiltyard release` from outside: prepared, shown, compared, published, listed, taken down."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from exported import ASKING, battle, record
from opened import open_ledger
from tiltyard_process import run

pytestmark = pytest.mark.anyio


async def fill(data: Path) -> None:
    async with open_ledger(f"sqlite:///{data / 'ledger.sqlite3'}") as ledger:
        battles = [battle(number, definition=ASKING) for number in (1, 2)]
        await record(ledger, battles, definition=ASKING)


async def test_a_release_from_the_rehearsal_to_the_take_down(tmp_path: Path) -> None:
    await fill(tmp_path)
    data = ("--data", tmp_path)
    out, www = tmp_path / "out", tmp_path / "www"
    rehearsal = run("release", "prepare", "--name", "first", "--dry-run", *data)
    assert rehearsal.returncode == 0, rehearsal.stderr
    assert "2 votes of 1 voter on 2 models" in rehearsal.stdout
    assert not out.exists()
    prepared = run("release", "prepare", "--name", "first", "--out", out, *data)
    assert prepared.returncode == 0, prepared.stderr
    shown = run("release", "show", out, "--json")
    assert json.loads(shown.stdout)["votes"] == 2
    compared = run("release", "diff", out, *data)
    assert compared.stdout == "Against nothing: 2 battles added, 0 kept, 0 removed.\n"
    published = run("release", "publish", out, "--to", www, *data)
    assert published.stdout == f"Published first: 2 votes at {www}.\n"
    listed = run("release", "list", "--json", *data)
    assert [row["name"] for row in json.loads(listed.stdout)] == ["first"]
    first = str(UUID(int=1, version=4))
    taken = run("release", "takedown", first, "--reason", "It was private.", *data)
    assert taken.stdout.startswith(f"{first} will be in no later release; it is in first: publish")
    second = run("release", "prepare", "--name", "second", "--out", tmp_path / "2", *data, "--json")
    assert json.loads(second.stdout)["left_out"] == {"it was taken down": 1}


def test_a_mistake_is_one_sentence(tmp_path: Path) -> None:
    data = ("--data", tmp_path)
    for arguments, said in (
        (("prepare", "--name", "x", *data), "Say where with --out"),
        (("prepare", "--name", "a b", "--dry-run", *data), "is not a name"),
        (("prepare", "--name", "x", "--dry-run", *data), "There is no vote to release"),
        (("show", tmp_path), "is not a release"),
        (("publish", tmp_path, "--to", "ftp://x", *data), "is no place for a release"),
        (("takedown", "x", "--reason", "y", *data), "is no battle's id"),
    ):
        finished = run("release", *arguments)
        assert finished.returncode == 2, finished.stdout
        assert said in finished.stderr
        assert finished.stderr.count("\n") == 1
