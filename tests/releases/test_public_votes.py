"""Strangers make every published board again from the public ledger, byte by byte."""

import hashlib
import json
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from conftest import Filling
from exported import ASKING, CARDS, OWL, WREN, battle, preview, record
from importing import import_file
from made_up_arena import battles
from opened import open_ledger
from synthetic_votes import synthetic_votes
from tiltyard.battles.columns import SCHEMA
from tiltyard.boards.errors import SavedBoardError
from tiltyard.boards.public_ledger.ledger import PublicLedger, read_public_ledger
from tiltyard.boards.public_ledger.verifying import verify_public_ledger
from tiltyard.boards.published.boards import PublishedBoards
from tiltyard.boards.published.publishing import BoardPublisher
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.slices.in_use import SlicesInUse
from tiltyard.labels.labellers import shipped_labellers
from tiltyard.labels.trained import KINDS, TrainedLabeller, seed_classifier
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.records import Battle
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.exporting import Export, export_votes
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


async def record_and_label(url: str) -> None:
    async with open_ledger(url) as ledger:
        await record(ledger, [*battles()][:400], definition=ASKING)
        await Labelling(ledger).label_all()


@pytest.fixture(scope="module")
def filling() -> Filling:
    return record_and_label


@pytest.fixture
async def ledger(filled_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(filled_url) as ledger:
        yield ledger


@pytest.fixture
def slices(tmp_path: Path) -> SlicesInUse:
    return declared(tmp_path, SLICES)


def declared(tmp_path: Path, slices: str) -> SlicesInUse:
    """Slices of a file that says this."""
    file = tmp_path / "slices.toml"
    file.write_text(slices)
    return SlicesInUse(file)


async def publish(ledger: Ledger, slices: SlicesInUse) -> None:
    await BoardPublisher(ledger, ["text"], Recipe(), slices).publish_stale()


async def written_of(ledger: Ledger, slices: SlicesInUse, out: Path) -> PublicLedger:
    written, left_out = await write_public_ledger(ledger, slices, out)
    assert left_out == []
    return written


def verified(out: Path) -> dict[str, bool]:
    return {board.file: found.same_bytes for board, found in verify_public_ledger(out)}


async def test_every_published_board_is_made_again_byte_by_byte(
    ledger: Ledger, slices: SlicesInUse, tmp_path: Path
) -> None:
    written = await written_of(ledger, slices, tmp_path / "out")
    assert (written.votes, written.times) == (400, "day")
    assert verified(tmp_path / "out") == {
        f"boards/text/{name}{control}.json": True
        for name in ("overall", "short", "march")
        for control in ("", "-style")
    }
    finished = run("verify", tmp_path / "out")
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout == (
        "6 of 6 boards agree with their votes, 6 of them byte by byte. 4 have pooled figures, "
        f"which were made again from their parents' votes too.\nSHA-256 of ledger.json: "
        f"{written.sha256}\n"
    )


async def test_the_ledger_says_no_word_and_nobodys_name(
    ledger: Ledger, slices: SlicesInUse, tmp_path: Path
) -> None:
    await record(ledger, [battle(5000, sides=(preview(), CARDS[OWL]), comment="Secret")])
    await Labelling(ledger).label_all()
    await written_of(ledger, slices, tmp_path / "out")
    votes = pl.read_parquet(tmp_path / "out" / "votes.parquet")
    assert votes.height == 400
    styles = {f"style_{name}_{side}" for name in STYLES for side in "ab"}
    assert {*votes.columns} == {*SCHEMA, "source", *styles} - {"battle_id", "voter"}


async def test_votes_that_no_board_counts_stay_here(ledger: Ledger, tmp_path: Path) -> None:
    votes = synthetic_votes(30).drop("anony")
    for source in ("confidential", "open"):
        votes.write_parquet(tmp_path / f"{source}.parquet")
        await import_file(ledger, tmp_path / f"{source}.parquet", source=source)
    for slices, sources in ((SLICES, {"arena"}), (SLICES + OPEN, {"arena", "import:open"})):
        out = tmp_path / str(len(sources))
        await written_of(ledger, declared(tmp_path, slices), out)
        assert {*pl.read_parquet(out / "votes.parquet")["source"]} == sources
        assert all(verified(out).values())


OPEN = """
[[slice]]
id = "open"
name = "Votes of others"
where = "source = 'import:open'"
"""


STYLES = ("tokens", "headers", "lists", "bold")


async def test_a_vote_is_told_by_its_day_where_no_board_asks_for_more(
    ledger: Ledger, tmp_path: Path
) -> None:
    noon = SLICES.replace("2026-03-02 00:00:00", "2026-03-01 12:30:00")
    for slices, unit in ((SLICES, "day"), (noon, "minute")):
        out = tmp_path / unit
        written = await written_of(ledger, declared(tmp_path, slices), out)
        times = pl.read_parquet(out / "votes.parquet")["voted_at"]
        assert written.times == unit
        assert times.dt.truncate("1d").equals(times) == (unit == "day")
        assert all(verified(out).values())


async def test_the_order_of_the_votes_says_nothing(
    ledger: Ledger, slices: SlicesInUse, tmp_path: Path
) -> None:
    await written_of(ledger, slices, tmp_path / "out")
    votes = pl.read_parquet(tmp_path / "out" / "votes.parquet")
    columns = ["arena", "voted_at", *votes.drop("arena", "voted_at").columns]
    assert votes.equals(votes.sort(columns))


async def test_votes_that_came_since_are_on_boards_that_are_published_with_the_ledger(
    ledger: Ledger, slices: SlicesInUse, tmp_path: Path
) -> None:
    await publish(ledger, slices)
    await record(ledger, later(6000))  # whose style nobody has counted yet
    written = await written_of(ledger, slices, tmp_path / "out")
    assert written.votes == 410
    assert all(verified(tmp_path / "out").values())
    boards = PublishedBoards(ledger, ["text"], Recipe(), slices)
    for one in written.boards:
        at = datetime.fromisoformat(one.published_at)
        shown = await boards.board("text", one.slice, control=one.control, at=at)
        board = json.loads((tmp_path / "out" / one.file).read_text())
        assert shown["data_sha256"] == board["data_sha256"]


async def test_votes_that_come_while_it_is_written_wait_for_the_next(
    ledger: Ledger, slices: SlicesInUse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_stale = BoardPublisher.publish_stale

    async def and_then_somebody_votes(publisher: BoardPublisher) -> int:
        published = await publish_stale(publisher)
        await record(ledger, later(6000))
        assert await publish_stale(another) > 0
        return published

    another = BoardPublisher(ledger, ["text"], Recipe(), slices)
    monkeypatch.setattr(BoardPublisher, "publish_stale", and_then_somebody_votes)
    written = await written_of(ledger, slices, tmp_path / "out")
    assert written.votes == 400
    assert all(verified(tmp_path / "out").values())


def later(first: int) -> list[Battle]:
    """Ten battles after all others."""
    at = datetime(2026, 3, 9, tzinfo=UTC)
    return [battle(n, sides=(CARDS[WREN], CARDS[OWL]), at=at) for n in range(first, first + 10)]


async def test_a_board_that_cannot_be_made_any_more_is_left_out_and_named(
    ledger: Ledger, slices: SlicesInUse, tmp_path: Path
) -> None:
    await publish(ledger, slices)
    few = SLICES.replace("2026-03-02 00:00:00", "2026-03-01 12:10:00")  # too few to tell style
    _, left_out = await write_public_ledger(ledger, declared(tmp_path, few), tmp_path / "out")
    assert left_out == ["boards/text/march-style.json"]
    assert "boards/text/march.json" in verified(tmp_path / "out")
    assert all(verified(tmp_path / "out").values())


async def test_without_a_vote_there_is_no_ledger(
    ledger_url: str, slices: SlicesInUse, tmp_path: Path
) -> None:
    async with open_ledger(ledger_url) as ledger:
        with pytest.raises(ReleaseError, match="no votes that a board could be made of"):
            await write_public_ledger(ledger, slices, tmp_path / "out")
    assert not (tmp_path / "out").exists()


async def test_pooled_figures_are_those_that_people_saw(
    ledger: Ledger, slices: SlicesInUse, tmp_path: Path
) -> None:
    await written_of(ledger, slices, tmp_path / "out")
    boards = PublishedBoards(ledger, ["text"], Recipe(), slices)
    for control, name in (("", "short"), ("style", "short-style")):
        shown = await boards.board("text", "short", control=control)
        written = json.loads((tmp_path / f"out/boards/text/{name}.pooled.json").read_text())
        assert written["spread"] == shown["pooling"]["spread"]
        assert [row["pooled"] for row in written["models"]] == [
            row["pooled"] for row in shown["models"]
        ]


async def test_pooled_figures_that_do_not_follow_from_the_parents_votes_are_found(
    ledger: Ledger, slices: SlicesInUse, tmp_path: Path
) -> None:
    await written_of(ledger, slices, tmp_path / "out")
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
        file.unlink()
        say(out, manifest, board, pooled=None, pooled_sha256=None)
        assert differing(out) == {board: "no pooled figures"}
        file.write_text(figures)
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
    ledger: Ledger, slices: SlicesInUse, tmp_path: Path
) -> None:
    await publish(ledger, slices)
    await record(ledger, later(7000))
    await Labelling(ledger).label_all()
    await written_of(ledger, slices, tmp_path / "out")
    boards = PublishedBoards(ledger, ["text"], Recipe(), slices)
    whole, part = [await boards.board("text", slice_) for slice_ in ("overall", "march")]
    assert part["pooling"]["data_sha256"] != whole["data_sha256"]
    written = json.loads((tmp_path / "out/boards/text/march.pooled.json").read_text())
    assert written["data_sha256"] == whole["data_sha256"]
    assert all(verified(tmp_path / "out").values())


@pytest.mark.parametrize("content", ["", "{}", '{"format": 1}', '{"format": 2}', "[]"])
def test_a_ledger_that_is_none_is_a_sentence(content: str, tmp_path: Path) -> None:
    (tmp_path / "ledger.json").write_text(content)
    with pytest.raises(SavedBoardError, match=r"ledger.json is"):
        read_public_ledger(tmp_path)


async def test_no_battle_is_named_as_the_one_that_another_repeats(
    ledger: Ledger, tmp_path: Path
) -> None:
    first = '[[slice]]\nid = "first"\nname = "First"\nwhere = "duplicate_of IS NULL"\n'
    await Duplicates(ledger).label_all()
    await written_of(ledger, declared(tmp_path, first), tmp_path / "out")
    assert all(verified(tmp_path / "out").values())
    votes = pl.read_parquet(tmp_path / "out" / "votes.parquet")
    assert set(votes["duplicate_of"].drop_nulls()) == {"another battle"}
    assert 0 < votes["duplicate_of"].null_count() < votes.height


async def test_a_slice_that_has_no_votes_any_more_is_not_in_it(
    ledger: Ledger, tmp_path: Path
) -> None:
    slice_ = '[[slice]]\nid = "code"\nname = "Code"\nwhere = "{}"\n'
    await publish(ledger, declared(tmp_path, slice_.format("outcome = 'a'")))
    slices = declared(tmp_path, slice_.format("outcome = 'a' AND turn = 77"))
    await written_of(ledger, slices, tmp_path / "out")
    assert verified(tmp_path / "out") == {
        f"boards/text/overall{control}.json": True for control in ("", "-style")
    }


async def test_labels_count_in_the_version_in_use_as_on_the_boards(
    ledger: Ledger, tmp_path: Path
) -> None:
    seed = seed_classifier("category")
    eager = TrainedLabeller(KINDS["category"], replace(seed, constants=seed.constants + 9.0))
    own = [eager if one.name == "category" else one for one in shipped_labellers()]
    slices = declared(tmp_path, '[[slice]]\nid = "code"\nname = "Code"\nwhere = "code"\n')
    await Labelling(ledger, own).label_all()
    await write_public_ledger(ledger, slices, tmp_path / "out", own)
    assert all(verified(tmp_path / "out").values())
    votes = pl.read_parquet(tmp_path / "out" / "votes.parquet")
    assert votes["code"].to_list() == [True] * 400
    exported = Export("text", "tiltyard", ("code",), labellers=own)
    written = await ledger.in_thread(lambda one: export_votes(one, exported, tmp_path / "all"))
    assert written.votes == 400
    shipped = Export("text", "tiltyard", ("code",))
    fewer = await ledger.in_thread(lambda one: export_votes(one, shipped, tmp_path / "some"))
    assert fewer.votes < 400
