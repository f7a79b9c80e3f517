"""An import that is taken back: off all boards, without its words, and for good."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from importing import import_file, imported_votes
from opened import open_ledger
from synthetic_votes import synthetic_votes
from tiltyard.boards.published.boards import PublishedBoards
from tiltyard.boards.published.publishing import BoardPublisher
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.slices.in_use import SlicesInUse
from tiltyard.imports import service
from tiltyard.imports.errors import ImportVotesError
from tiltyard.imports.removing import count_source, remove_source
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.tables import attempts, battles, erasures, labels, turns, votes
from tiltyard.worker.labelling import Labelling

pytestmark = pytest.mark.anyio

SAID = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}]
SLICES = """
[[slice]]
id = "theirs"
name = "Theirs"
description = "Votes of others."
where = "source LIKE 'import:%'"
"""


async def rows_with_words(ledger: Ledger) -> int:
    async with ledger.reading() as connection:
        found = 0
        for table in (turns, attempts):
            parts = await connection.scalars(select(table.c.parts))
            found += sum(bool(one) for one in parts)
        return found


async def labelled(ledger: Ledger) -> int:
    async with ledger.reading() as connection:
        return int(await connection.scalar(select(func.count(labels.c.battle.distinct()))) or 0)


async def test_what_is_taken_back_is_on_no_board_and_without_words(
    ledger_url: str, tmp_path: Path
) -> None:
    (tmp_path / "slices.toml").write_text(SLICES)
    slices = SlicesInUse(tmp_path / "slices.toml")
    synthetic_votes(200).write_parquet(tmp_path / "kept.parquet")
    row = {"model_a": "amber", "model_b": "birch", "winner": "a", "conversation_a": SAID}
    said = (json.dumps({**row, "id": str(n), "conversation_b": SAID}) for n in range(30))
    (tmp_path / "wrong.jsonl").write_text("\n".join(said))
    async with open_ledger(ledger_url) as ledger:
        await import_file(ledger, tmp_path / "kept.parquet", source="kept")
        kept = (await imported_votes(ledger)).height
        await import_file(ledger, tmp_path / "wrong.jsonl", source="wrong")
        publisher = BoardPublisher(ledger, ["text"], Recipe(), slices)
        boards = PublishedBoards(ledger, ["text"], Recipe(), slices)
        await publisher.publish_stale()
        assert (await boards.board("text", "theirs"))["votes"] == kept + 30
        assert await count_source(ledger, "wrong") == 30
        assert await rows_with_words(ledger) == 30 * 3
        assert await Labelling(ledger).label_all() == 230
        assert await labelled(ledger) == 230
        await remove_source(ledger, "wrong")
        assert (await imported_votes(ledger)).height == kept
        await publisher.publish_stale()
        board = await boards.board("text", "theirs")
        assert board["sources"] == {"import:kept": kept}
        again = BoardPublisher(ledger, ["text"], Recipe(), slices)
        assert await again.publish_stale() == 0
        assert await rows_with_words(ledger) == 0
        assert await labelled(ledger) == 200
        async with ledger.reading() as connection:
            assert await connection.scalar(select(func.count()).select_from(votes)) == 230
            assert await connection.scalar(select(func.count()).select_from(erasures)) == 30
            assert await connection.scalar(select(func.count()).select_from(battles)) == 230


async def test_a_name_that_was_taken_back_is_used_up(tmp_path: Path) -> None:
    file = tmp_path / "votes.parquet"
    synthetic_votes(20).write_parquet(file)
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        await import_file(ledger, file)
        with pytest.raises(ImportVotesError, match="imported as other; there is others"):
            await count_source(ledger, "other")
        await remove_source(ledger, "others")
        await remove_source(ledger, "others")
        with pytest.raises(ImportVotesError, match="was removed and stays so: give another"):
            await import_file(ledger, file)
        assert (await import_file(ledger, file, source="others-2")).added == 20
        assert (await import_file(ledger, file, source="others-2")).known == 20


async def test_an_import_whose_source_is_taken_back_meanwhile_ends(
    ledger_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def kept_so_far(ledger: Ledger, source: str) -> None:
        await remove_source(ledger, source.removeprefix("import:"))

    monkeypatch.setattr(service, "require_kept", kept_so_far)
    synthetic_votes(20).write_parquet(tmp_path / "votes.parquet")
    async with open_ledger(ledger_url) as ledger:
        with pytest.raises(ImportVotesError, match="was removed and stays so"):
            await import_file(ledger, tmp_path / "votes.parquet")
        async with ledger.reading() as connection:
            assert await connection.scalar(select(func.count()).select_from(battles)) == 0
