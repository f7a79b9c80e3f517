"""Exports hold every settled vote with its words, and no preview by its name."""

import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import polars as pl
import pytest

from exported import (
    ASKING,
    CARDS,
    HERON,
    LONG_AGO,
    OWL,
    WREN,
    asked,
    battle,
    export,
    forget,
    prepared,
    preview,
    read_parts,
    record,
    unsettled,
)
from importing import import_file
from opened import open_ledger
from synthetic_votes import synthetic_votes
from tiltyard.battles.conversations import messages
from tiltyard.battles.reading import read_battles
from tiltyard.battles.table import Battles
from tiltyard.battles.writing import write_battles
from tiltyard.boards.slices.slice_file import LOCAL
from tiltyard.ledger import labels
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.labels import FoundLabel
from tiltyard.ledger.records import Battle
from tiltyard.releases import files, tables
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.exporting import ERASED, SCHEMAS, Export

pytestmark = pytest.mark.anyio

TALK = [
    {"role": "user", "content": "Why is the sky blue?"},
    {"role": "assistant", "content": "Air."},
    {"role": "user", "content": "And at night?"},
    {"role": "assistant", "content": 'It is "black".\n'},
]


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        yield ledger


def names_in(directory: Path) -> list[str]:
    return sorted(file.name for file in directory.iterdir())


def some_battles() -> list[Battle]:
    return [
        battle(1, "a", comment="Short."),
        battle(2, "both_bad", voter="bob", asked=("Why?",), said=(("", "No."),)),
        battle(
            3,
            "tie",
            asked=("Why is the sky blue?", "And at night?"),
            said=(("Air.", "Light."), ('It is "black".\n', "Dark.")),
        ),
    ]


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_every_schema_is_read_again_with_every_vote_and_word(
    ledger: Ledger, tmp_path: Path, schema: str
) -> None:
    await record(ledger, some_battles())
    report = await export(ledger, tmp_path / "out", Export("text", schema))
    assert (report.votes, report.rows, report.left_out) == (3, 3, {})
    read = read_battles(tmp_path / "out" / report.files[0])
    assert read.frame["model_a"].to_list() == [WREN] * 3
    assert read.frame["battle_id"].to_list() == [str(UUID(int=n, version=4)) for n in (1, 2, 3)]
    outcomes = read.frame["outcome"].to_list()
    assert outcomes == ["a", "tie" if schema == "arena-55k" else "both_bad", "tie"]
    said = messages(read.frame, "a").to_list()
    if schema != "comparia-2":  # whose conversations have other fields too
        assert said[2] == TALK
    assert said[0][-1]["content"] == "Air."
    if schema != "arena-55k":
        assert read.frame["voted_at"][0] == LONG_AGO.replace(minute=1)


async def test_the_own_schema_keeps_what_people_wrote_beside_their_votes(
    ledger: Ledger, tmp_path: Path
) -> None:
    await record(ledger, some_battles())
    await export(ledger, tmp_path, Export("text", "tiltyard"))
    frame = read_parts(tmp_path, "tiltyard")
    assert frame["comment"].to_list() == ["Short.", None, None]
    assert frame["tags"].to_list() == [["clear"]] * 3
    assert frame["pair_probability"].to_list() == [0.25] * 3
    assert frame["source"].to_list() == ["arena"] * 3


async def test_a_preview_is_anonymous_for_ever(ledger: Ledger, tmp_path: Path) -> None:
    sides = (preview(), CARDS[OWL])
    await record(ledger, [battle(1, sides=sides), battle(2, sides=(CARDS[HERON], CARDS[OWL]))])
    for schema in SCHEMAS:
        report = await export(ledger, tmp_path / schema, Export("text", schema, format="jsonl"))
        written = (tmp_path / schema / report.files[0]).read_text()
        lines = [json.loads(line) for line in written.splitlines()]
        assert [line["model_a"] for line in lines] == ["anonymous", HERON]
        assert "Blue Sky" not in written


async def test_what_is_not_settled_or_was_forgotten_stays_here(
    ledger: Ledger, tmp_path: Path
) -> None:
    await record(ledger, [battle(1), battle(2), unsettled(3)])
    await forget(ledger, 2)
    report = await export(ledger, tmp_path, Export("text", "tiltyard"))
    assert (report.votes, report.rows, report.left_out) == (2, 1, {ERASED: 1})
    assert read_parts(tmp_path, "tiltyard")["battle_id"].to_list() == [str(UUID(int=1, version=4))]


async def test_a_slice_decides_which_votes_and_whether_imported_ones(
    ledger: Ledger, tmp_path: Path
) -> None:
    await record(ledger, some_battles())
    write_battles(Battles.from_frame(synthetic_votes(7).drop("anony")), tmp_path / "others.parquet")
    await import_file(ledger, tmp_path / "others.parquet")
    for name, conditions, votes in (
        ("local", (LOCAL,), 3),
        ("ties", (LOCAL, "outcome = 'tie'"), 1),
        ("others", ("source = 'import:others'",), 7),
    ):
        wanted = Export("text", "tiltyard", conditions)
        assert (await export(ledger, tmp_path / name, wanted)).rows == votes


async def test_labels_are_columns_and_a_models_label_wins(ledger: Ledger, tmp_path: Path) -> None:
    await record(ledger, some_battles())
    first = UUID(int=1, version=4)
    for version, code in (("1", "en"), ("model@x", "de"), ("2", "fr")):
        found = FoundLabel(first, "language", version, {"language": code}, None)
        async with ledger.writing() as connection:
            await labels.add_labels(connection, [found], datetime.now(UTC))
    await export(ledger, tmp_path, Export("text", "arena-140k"))
    assert read_parts(tmp_path, "arena-140k")["language"].to_list() == ["de", None, None]


async def test_many_votes_are_many_files_in_their_order(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "ROWS", 4)
    monkeypatch.setattr(tables, "PAGE", 3)
    await record(ledger, [battle(number) for number in range(1, 12)])
    report = await export(ledger, tmp_path, Export("text", "tiltyard"))
    assert report.files == [f"tiltyard-{number:05}.parquet" for number in range(2)]
    frame = read_parts(tmp_path, "tiltyard")
    assert frame["battle_id"].to_list() == [str(UUID(int=n, version=4)) for n in range(1, 12)]


async def test_an_export_never_mixes_with_an_earlier_one(ledger: Ledger, tmp_path: Path) -> None:
    await record(ledger, some_battles())
    out = tmp_path / "out"
    await export(ledger, out, Export("text", "tiltyard"))
    with pytest.raises(ReleaseError, match=r"holds tiltyard-00000.parquet already"):
        await export(ledger, out, Export("text", "tiltyard"))
    assert names_in(out) == ["tiltyard-00000.parquet"]


async def test_a_directory_that_cannot_be_written_is_a_sentence(
    ledger: Ledger, tmp_path: Path
) -> None:
    await record(ledger, some_battles())
    (tmp_path / "file").write_text("")
    with pytest.raises(ReleaseError, match="cannot be written"):
        await export(ledger, tmp_path / "file" / "out", Export("text", "tiltyard"))


async def test_an_arena_that_nobody_opened_is_a_sentence(ledger: Ledger, tmp_path: Path) -> None:
    await record(ledger, [battle(1)])
    with pytest.raises(ReleaseError, match="There is no arena 'txet': there are text"):
        await export(ledger, tmp_path / "out", Export("txet", "tiltyard"))
    assert not (tmp_path / "out").exists()


async def test_an_export_goes_into_no_release(ledger: Ledger, tmp_path: Path) -> None:
    await record(ledger, [asked(1)], definition=ASKING)
    await prepared(ledger, tmp_path / "out")
    with pytest.raises(ReleaseError, match="is a release, and an export has all words"):
        await export(ledger, tmp_path / "out", Export("text", "tiltyard"))


def test_a_schema_that_is_none_is_a_sentence() -> None:
    with pytest.raises(ReleaseError, match="there are arena-140k, arena-100k"):
        Export("text", "arena-1k")


async def test_the_published_columns_of_140k_are_filled_from_the_votes(
    ledger: Ledger, tmp_path: Path
) -> None:
    await record(ledger, some_battles())
    await export(ledger, tmp_path, Export("text", "arena-140k"))
    frame = read_parts(tmp_path, "arena-140k")
    assert frame["evaluation_order"].to_list() == [1, 1, 2]
    assert frame["conv_metadata"].struct.field("turns").to_list() == [1, 1, 2]
    assert frame["conversation_a"][0].to_list()[0]["content"][0]["text"] == TALK[0]["content"]
    assert frame.schema["timestamp"] == pl.Datetime("us")
