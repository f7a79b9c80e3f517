import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from opened import ASK, hosted, open_ledger, opened
from polling import until
from tiltyard.arena.service import Arena
from tiltyard.arena.voting import Ballot
from tiltyard.battles.outcome import Outcome
from tiltyard.boards.published.boards import PublishedBoards
from tiltyard.boards.published.publishing import BoardPublisher
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.slices.in_use import SlicesInUse
from tiltyard.labels.labellers import shipped_labellers
from tiltyard.labels.trained import seed_classifier
from tiltyard.ledger.battles_table import read_votes
from tiltyard.ledger.engine import Ledger
from tiltyard.worker import service
from tiltyard.worker.label_status import read_label_status
from tiltyard.worker.labelling import Labelling
from tiltyard.worker.once import work_once
from tiltyard.worker.service import Done, Worker

pytestmark = pytest.mark.anyio


FEW = """
[[slice]]
id = "english"
name = "English"
where = "language = 'en'"

[[slice]]
id = "code"
name = "Code"
where = "code"
"""
"""Enough boards where it is not about how many there are."""


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        yield ledger


@pytest.fixture
def few(tmp_path: Path) -> Path:
    file = tmp_path / "few.toml"
    write(file, FEW)
    return file


def make_worker(ledger: Ledger, slices: Path | None = None) -> Worker:
    boards = BoardPublisher(ledger, ["text"], Recipe(), SlicesInUse(slices))
    return Worker(ledger, boards, every_s=0.01)


def shown(ledger: Ledger, slices: Path) -> PublishedBoards:
    return PublishedBoards(ledger, ["text"], Recipe(), SlicesInUse(slices))


async def vote_once(arena: Arena) -> None:
    battle = await arena.open_battle("ann", ASK)
    async for _ in await arena.events("ann", battle.id, after=0):
        pass
    await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A), key=str(battle.id))


async def test_what_lacks_a_label_or_a_board_gets_it_once(examples: Ledger) -> None:
    async with opened(examples) as arena:
        worker = make_worker(examples)
        done = await worker.once()
        assert done.labelled == 600
        assert done.published > 1
        assert await worker.once() == Done(labelled=0, published=0)
        await vote_once(arena)
        again = await worker.once()
        assert again.labelled == 1
        assert 1 < again.published < done.published  # only the boards that have the vote


async def test_the_battles_table_has_the_language_that_was_found(ledger: Ledger, few: Path) -> None:
    async with opened(ledger) as arena:
        await vote_once(arena)
    await make_worker(ledger, few).once()
    votes = await ledger.in_thread(lambda connection: read_votes(connection, "text"))
    assert votes.battles.frame["language"].to_list() == ["en"]


async def test_a_woken_worker_publishes(ledger: Ledger, few: Path) -> None:
    async with opened(ledger) as arena:
        worker = make_worker(ledger, few)
        boards = shown(ledger, few)
        running = asyncio.create_task(worker.run())
        await vote_once(arena)
        worker.wake()

        async def published() -> bool:
            return bool((await boards.board("text", "overall"))["votes"])

        await until(published)
        running.cancel()
        await asyncio.wait([running])


async def test_a_defect_in_one_pass_does_not_end_the_worker(ledger: Ledger, few: Path) -> None:
    async with opened(ledger) as arena:
        worker = make_worker(ledger, few)
        broken = Ledger("postgresql://nobody@/nothing?host=/nonexistent")
        worker._labelling = Labelling(broken)
        await worker.attempt()
        worker._labelling = Labelling(ledger)
        await arena.add_examples()
        await worker.attempt()
        assert (await shown(ledger, few).board("text", "overall"))["votes"] == 600
        await broken.close()


async def test_boards_do_not_wait_for_a_battle_that_cannot_be_labelled(
    examples: Ledger, few: Path
) -> None:
    async def unreadable(*_: object) -> int:
        raise ValueError("year 0 is out of range")

    worker = make_worker(examples, few)
    worker._labelling.label_all = unreadable  # type: ignore[assignment, method-assign]
    with pytest.raises(ValueError, match="year 0"):
        await worker.once()
    assert (await shown(examples, few).board("text", "overall"))["votes"] == 600


async def test_boards_do_not_wait_for_a_backlog_of_labels(
    examples: Ledger, few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LABEL_S", 0.0)
    boards = shown(examples, few)
    worker = make_worker(examples, few)
    await worker.attempt()
    assert (await boards.board("text", "overall"))["votes"] == 600
    in_english = (await boards.board("text", "english"))["votes"]
    done = await worker.once()
    assert 0 < done.labelled < 600
    assert (await boards.board("text", "english"))["votes"] > in_english


async def test_a_worker_comes_back_to_its_backlog_by_itself(
    examples: Ledger, few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LABEL_S", 0.0)
    running = asyncio.create_task(make_worker(examples, few).run())

    async def labelled() -> bool:
        status = await read_label_status(examples, shipped_labellers())
        return all(one.battles == 600 for one in status.labellers)

    await until(labelled)
    running.cancel()
    await asyncio.wait([running])


async def test_one_pass_without_a_server(filled_url: str) -> None:
    done = await work_once(filled_url)
    assert done.labelled == 600
    assert done.published > 1


async def test_boards_name_the_version_of_a_trained_labeller_that_labelled(
    filled_url: str, examples: Ledger, few: Path, tmp_path: Path
) -> None:
    seed = seed_classifier("category")
    trained = replace(seed, constants=seed.constants + 0.01)
    trained.save(tmp_path / "category.labeller")
    await Labelling(examples).label_all()  # by the versions that ship
    await work_once(filled_url, few, labellers=tmp_path)
    board = await shown(examples, few).board("text", "code")
    assert board["manifest"]["labellers"] == {"category": [trained.version]}
    assert trained.version != seed.version


async def test_a_slice_that_votes_cannot_answer_is_told_to_who_ran_the_worker(
    filled_url: str, tmp_path: Path
) -> None:
    slices = tmp_path / "slices.toml"
    short = "CAST(style_tokens_a * 100000000 AS INT) < 9"
    write(slices, f'[[slice]]\nid = "short"\nname = "Short"\nwhere = "{short}"\n')
    done = await work_once(filled_url, slices)
    assert done.published > 0
    assert "the condition of the slice short cannot be answered" in (done.slices_fault or "")


def write(file: Path, text: str) -> None:
    file.write_text(text)
