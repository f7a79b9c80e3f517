"""Strangers make every published board again from the public ledger, byte by byte."""

import hashlib
import json
from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from exported import ASKING, CARDS, OWL, WREN, battle, preview, record
from importing import import_file
from made_up_arena import battles
from opened import open_ledger
from synthetic_votes import synthetic_votes
from tiltyard.battles.columns import SCHEMA
from tiltyard.boards.errors import SavedBoardError
from tiltyard.boards.public_ledger import (
    PublicLedger,
    read_public_ledger,
    verify_public_ledger,
)
from tiltyard.boards.published import PublishedBoards
from tiltyard.boards.publishing import BoardPublisher
from tiltyard.boards.recipe import Recipe
from tiltyard.boards.slice_file import Slices, read_slices
from tiltyard.boards.slices_in_use import SlicesInUse
from tiltyard.ledger.consents import add_decision
from tiltyard.ledger.engine import Ledger
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.public_votes import write_public_ledger
from tiltyard.worker.duplicates import Duplicates
from tiltyard.worker.labelling import Labelling
from tiltyard_process import run

pytestmark = pytest.mark.anyio

SLICES = """
[[slice]]
id = "short"
name = "Short answers"
where = "style_tokens_a + style_tokens_b < 300"
minimum = 10

[[slice]]
id = "march"
name = "Of the first day"
where = "voted_at < timestamp '2026-03-02 00:00:00'"
"""


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        await record(ledger, [*battles()][:400], definition=ASKING)
        await Labelling(ledger).label_all()
        yield ledger


@pytest.fixture
def slices(tmp_path: Path) -> Slices:
    return declare(tmp_path, SLICES)


def declare(directory: Path, slices: str) -> Slices:
    file = directory / "slices.toml"
    file.write_text(slices)
    return read_slices(file)


async def publish(ledger: Ledger, tmp_path: Path) -> None:
    in_use = SlicesInUse(tmp_path / "slices.toml")
    await BoardPublisher(ledger, ["text"], Recipe(), in_use).publish_stale()


def verified(out: Path) -> dict[str, bool]:
    return {board.file: found.same_bytes for board, found in verify_public_ledger(out)}


async def test_every_published_board_is_made_again_byte_by_byte(
    ledger: Ledger, slices: Slices, tmp_path: Path
) -> None:
    await publish(ledger, tmp_path)
    written = await write_public_ledger(ledger, slices, tmp_path / "out")
    assert written.votes == 400
    assert verified(tmp_path / "out") == {
        f"boards/text/{name}{control}.json": True
        for name in ("overall", "short", "march")
        for control in ("", "-style")
    }
    finished = run("verify", tmp_path / "out")
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout == (
        "6 of 6 boards agree with their votes, 6 of them byte by byte. 4 have pooled figures, "
        "which were made again from their parents' votes too.\n"
    )


async def test_the_ledger_says_no_word_and_nobodys_name(
    ledger: Ledger, slices: Slices, tmp_path: Path
) -> None:
    await record(ledger, [battle(5000, sides=(preview(), CARDS[OWL]), comment="Secret")])
    async with ledger.writing() as connection:
        await add_decision(connection, "voter-1", datetime.now(UTC), publish=False, shown={})
    await Labelling(ledger).label_all()
    await publish(ledger, tmp_path)
    await write_public_ledger(ledger, slices, tmp_path / "out")
    votes = pl.read_parquet(tmp_path / "out" / "votes.parquet")
    assert votes.height == 400
    known = {*votes["voter"].cast(pl.String).drop_nulls()}
    assert not any(name.startswith("voter-") for name in known)
    assert 0 < votes["voter"].null_count() < 20
    assert votes["battle_id"].null_count() == 400
    styles = {f"style_{name}_{side}" for name in STYLES for side in "ab"}
    assert {*votes.columns} == {*SCHEMA, "source", *styles}


async def test_votes_that_no_board_counts_stay_here(ledger: Ledger, tmp_path: Path) -> None:
    votes = synthetic_votes(30).drop("anony")
    for source in ("confidential", "open"):
        votes.write_parquet(tmp_path / f"{source}.parquet")
        await import_file(ledger, tmp_path / f"{source}.parquet", source=source)
    file = tmp_path / "slices.toml"
    for slices, sources in ((SLICES, {"arena"}), (SLICES + OPEN, {"arena", "import:open"})):
        file.write_text(slices)
        await publish(ledger, tmp_path)
        out = tmp_path / str(len(sources))
        await write_public_ledger(ledger, read_slices(file), out)
        assert {*pl.read_parquet(out / "votes.parquet")["source"]} == sources
        assert all(verified(out).values())


OPEN = """
[[slice]]
id = "open"
name = "Votes of others"
where = "source = 'import:open'"
"""


STYLES = ("tokens", "headers", "lists", "bold")


async def test_boards_that_are_older_than_their_votes_are_refused(
    ledger: Ledger, slices: Slices, tmp_path: Path
) -> None:
    with pytest.raises(ReleaseError, match="No board is published yet"):
        await write_public_ledger(ledger, slices, tmp_path / "none")
    await publish(ledger, tmp_path)
    later = [battle(n, sides=(CARDS[WREN], CARDS[OWL])) for n in range(6000, 6010)]
    await record(ledger, later)
    with pytest.raises(ReleaseError, match=r"boards are not what their votes give now.*worker"):
        await write_public_ledger(ledger, slices, tmp_path / "out")


async def written_of(ledger: Ledger, slices: Slices, tmp_path: Path) -> PublicLedger:
    await publish(ledger, tmp_path)
    return await write_public_ledger(ledger, slices, tmp_path / "out")


async def test_a_board_that_does_not_follow_from_the_votes_is_found(
    ledger: Ledger, slices: Slices, tmp_path: Path
) -> None:
    await written_of(ledger, slices, tmp_path)
    out = tmp_path / "out"
    board = out / "boards" / "text" / "overall.json"
    values = json.loads(board.read_text())
    values["models"][0]["rating"] += 5.0
    board.write_text(json.dumps(values, indent=2) + "\n")
    with pytest.raises(SavedBoardError, match=r"overall.json is not the file"):
        verified(out)
    manifest = json.loads((out / "ledger.json").read_text())
    manifest["boards"][0]["sha256"] = hashlib.sha256(board.read_bytes()).hexdigest()
    (out / "ledger.json").write_text(json.dumps(manifest))
    finished = run("verify", out)
    assert finished.returncode == 1
    assert finished.stdout.startswith("boards/text/overall.json: ")
    assert "5 of 6 boards agree" in finished.stdout


async def test_pooled_figures_are_those_that_people_saw(
    ledger: Ledger, slices: Slices, tmp_path: Path
) -> None:
    await written_of(ledger, slices, tmp_path)
    boards = PublishedBoards(ledger, ["text"], Recipe(), SlicesInUse(tmp_path / "slices.toml"))
    for control, name in (("", "short"), ("style", "short-style")):
        shown = await boards.board("text", "short", control=control)
        written = json.loads((tmp_path / f"out/boards/text/{name}.pooled.json").read_text())
        assert written["spread"] == shown["pooling"]["spread"]
        assert [row["pooled"] for row in written["models"]] == [
            row["pooled"] for row in shown["models"]
        ]


async def test_pooled_figures_that_do_not_follow_from_the_parents_votes_are_found(
    ledger: Ledger, slices: Slices, tmp_path: Path
) -> None:
    await written_of(ledger, slices, tmp_path)
    out = tmp_path / "out"
    manifest = (out / "ledger.json").read_text()
    for name in ("short", "short-style"):
        board, file = f"boards/text/{name}.json", out / f"boards/text/{name}.pooled.json"
        figures = file.read_text()
        for tampered in tampered_with(json.loads(figures)):
            file.write_text(json.dumps(tampered, indent=2) + "\n")
            with pytest.raises(SavedBoardError, match=r"pooled.json is not the file"):
                verified(out)
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            say(out, manifest, board, pooled_sha256=digest)
            assert differing(out) == {board: "pooled.json"}
            (out / "ledger.json").write_text(manifest)
        file.write_text(figures)
        say(out, manifest, board, pooled=None, pooled_sha256=None)
        assert differing(out) == {board: "no pooled figures"}
        (out / "ledger.json").write_text(manifest)
    assert differing(out) == {}


def tampered_with(figures: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A number of a model that is a little higher, another spread, other votes."""
    first, second, *others = figures["models"]
    higher = second | {"pooled_upper": second["pooled_upper"] + 0.01}
    yield figures | {"models": [first, higher, *others]}
    yield figures | {"spread": figures["spread"] + 0.01}
    yield figures | {"data_sha256": "0" * 64}


def say(out: Path, manifest: str, board: str, **values: str | None) -> None:
    """Write a manifest that says something else of a board."""
    said = json.loads(manifest)
    (entry,) = [one for one in said["boards"] if one["file"] == board]
    entry |= values
    (out / "ledger.json").write_text(json.dumps(said))


def differing(out: Path) -> dict[str, str]:
    """What is found: by board, which of the sentences that are looked for."""
    said = ("no pooled figures", "pooled.json")
    return {
        board.file: next(words for words in said if words in found.differences[0])
        for board, found in verify_public_ledger(out)
        if not found.holds
    }


async def test_of_a_part_that_stayed_the_figures_are_pooled_with_the_whole_of_now(
    ledger: Ledger, slices: Slices, tmp_path: Path
) -> None:
    await publish(ledger, tmp_path)
    later = battle(7000, sides=(CARDS[WREN], CARDS[OWL]), at=datetime(2026, 3, 9, tzinfo=UTC))
    await record(ledger, [later])
    await Labelling(ledger).label_all()
    await written_of(ledger, slices, tmp_path)
    boards = PublishedBoards(ledger, ["text"], Recipe(), SlicesInUse(tmp_path / "slices.toml"))
    whole, part = [await boards.board("text", slice_) for slice_ in ("overall", "march")]
    assert part["pooling"]["data_sha256"] != whole["data_sha256"]
    written = json.loads((tmp_path / "out/boards/text/march.pooled.json").read_text())
    assert written["data_sha256"] == whole["data_sha256"]
    assert all(verified(tmp_path / "out").values())


@pytest.mark.parametrize("content", ["", "{}", '{"format": 1}', "[]"])
def test_a_ledger_that_is_none_is_a_sentence(content: str, tmp_path: Path) -> None:
    (tmp_path / "ledger.json").write_text(content)
    with pytest.raises(SavedBoardError, match=r"ledger.json is"):
        read_public_ledger(tmp_path)


async def test_no_battle_is_named_as_the_one_that_another_repeats(
    ledger: Ledger, tmp_path: Path
) -> None:
    first = '[[slice]]\nid = "first"\nname = "First"\nwhere = "duplicate_of IS NULL"\n'
    slices = declare(tmp_path, first)
    await Duplicates(ledger).label_all()
    await publish(ledger, tmp_path)
    await write_public_ledger(ledger, slices, tmp_path / "out")
    assert all(verified(tmp_path / "out").values())
    votes = pl.read_parquet(tmp_path / "out" / "votes.parquet")
    assert set(votes["duplicate_of"].drop_nulls()) == {"another battle"}
    assert 0 < votes["duplicate_of"].null_count() < votes.height
