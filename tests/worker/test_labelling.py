"""Labels of a ledger's battles: each made once, whatever happens to those who make them."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from time import monotonic
from types import MappingProxyType
from typing import Any
from uuid import UUID

import polars as pl
import pytest
from sqlalchemy import select

from opened import ASK, hosted, open_ledger, opened
from tiltyard.arena.service import Arena
from tiltyard.arena.voting import Ballot
from tiltyard.battles.outcome import Outcome
from tiltyard.contestants.messages import Part
from tiltyard.labels.labeller import Batch, ColumnType, Label
from tiltyard.labels.labellers import shipped_labellers
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.tables import labels
from tiltyard.worker import labelling as worker_labelling
from tiltyard.worker.label_status import read_label_status
from tiltyard.worker.labelling import BATCH, READ_CHARS, Labelling

pytestmark = pytest.mark.anyio


class Words:
    """Counts what it was given to read."""

    columns: Mapping[str, ColumnType] = MappingProxyType(
        {"asked": pl.Int64, "answered_a": pl.Int64, "answered_b": pl.Int64}
    )

    def __init__(self, version: str = "1") -> None:
        self.name = "words"
        self.version = version
        self.labelled = 0

    def label(self, batch: Batch) -> list[Label]:
        self.labelled += len(batch)
        texts = zip(batch.prompts, batch.answers("a"), batch.answers("b"), strict=True)
        return [
            Label(dict(zip(self.columns, map(len, said), strict=True)), score=0.5) for said in texts
        ]


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        yield ledger


async def answered(arena: Arena, text: str = ASK[0].text) -> UUID:
    battle = await arena.open_battle("ann", [Part("text", text)])
    async for _ in await arena.events("ann", battle.id, after=0):
        pass
    return battle.id


async def voted(arena: Arena, text: str = ASK[0].text) -> UUID:
    battle = await answered(arena, text)
    await hosted(arena).vote("ann", battle, Ballot(Outcome.A), key=str(battle))
    return battle


async def values(ledger: Ledger) -> list[tuple[Any, ...]]:
    async with ledger.reading() as connection:
        query = select(labels.c.battle, labels.c.labeller_version, labels.c.value)
        return [tuple(row) for row in await connection.execute(query)]


async def test_every_battle_is_labelled_once_by_every_version(examples: Ledger) -> None:
    assert await Labelling(examples, [Words()]).label_all() == 600
    again = Words()
    assert await Labelling(examples, [again]).label_all() == 0
    assert again.labelled == 0
    assert await Labelling(examples, [Words("2")]).label_all() == 600
    assert len(await values(examples)) == 1200


async def test_only_the_labellers_that_lack_a_battle_label_it(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        await voted(arena)
        first, other = Words(), Words()
        other.name = "other words"
        await Labelling(ledger, [first]).label_all()
        assert await Labelling(ledger, [first, other]).label_all() == 1
        assert (first.labelled, other.labelled) == (1, 1)


async def test_a_battle_is_labelled_when_nobody_can_vote_on_it_any_more(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        await arena.open_battle("ann", ASK)
        assert await Labelling(ledger, [Words()]).label_all() == 0


async def test_erased_words_are_not_labelled(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await voted(arena)
        await arena.forget("ann", battle)
        assert await Labelling(ledger, [Words()]).label_all() == 0
        status = await read_label_status(ledger, shipped_labellers())
        assert status.battles == 0


async def test_of_endless_words_as_much_is_read_as_fits(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        limit = arena.definition.accept.max_chars
        await voted(arena, "x" * limit)
        await Labelling(ledger, [Words()]).label_all()
        ((_, _, value),) = await values(ledger)
        assert value["asked"] == min(limit, READ_CHARS)
        assert 0 < value["answered_a"] <= READ_CHARS


async def test_one_that_dies_half_way_is_taken_up_where_it_was(examples: Ledger) -> None:
    class Killed(BaseException):
        pass

    class Dying(Words):
        def label(self, batch: Batch) -> list[Label]:
            if self.labelled:
                raise Killed
            return super().label(batch)

    with pytest.raises(Killed):
        await Labelling(examples, [Dying()]).label_all()
    done = len(await values(examples))
    assert 0 < done < 600
    assert await Labelling(examples, [Words()]).label_all() == 600 - done


async def test_a_labeller_that_fails_leaves_the_others_alone(examples: Ledger) -> None:
    class Failing(Words):
        def label(self, batch: Batch) -> list[Label]:
            raise ValueError(f"{len(batch)} are too many")

    failing, words = Failing(), Words()
    failing.name = "failing"
    labelling = Labelling(examples, [failing, words])
    assert await labelling.label_all() == words.labelled == 600
    assert labelling.faults == {"failing": "ValueError: 1 are too many"}
    assert not labelling.backlog
    mended = Words()
    mended.name = "failing"
    assert await Labelling(examples, [mended, words]).label_all() == 600


async def test_a_battle_that_cannot_be_labelled_stops_no_other(ledger: Ledger) -> None:
    class Squeamish(Words):
        def label(self, batch: Batch) -> list[Label]:
            if any("snake" in prompt for prompt in batch.prompts):
                raise ValueError("a snake")
            return super().label(batch)

    async with opened(ledger) as arena:
        await arena.add_examples()
        await voted(arena, "Where does a snake sleep?")
        await voted(arena, "Where does a bird sleep?")
    labelling = Labelling(ledger, [Squeamish()])
    for _ in range(2):
        await labelling.label_all()
        assert len(await values(ledger)) == 601
        assert not labelling.backlog
    assert labelling.faults == {"words": "ValueError: a snake"}


async def test_a_labeller_that_always_fails_makes_no_backlog(examples: Ledger) -> None:
    class Failing(Words):
        def label(self, batch: Batch) -> list[Label]:
            raise ValueError(f"{len(batch)} are too many")

    labelling, calls = Labelling(examples, [Failing()]), 1
    await labelling.label_all(until=monotonic())
    while labelling.backlog:
        await labelling.label_all(until=monotonic())
        calls += 1
    assert calls == 600 / BATCH + 1


async def test_one_that_goes_on_labels_what_was_settled_since(ledger: Ledger) -> None:
    words = Words()
    labelling = Labelling(ledger, [words])
    async with opened(ledger) as arena:
        for number in range(1, 4):
            battle = await voted(arena)
            assert await labelling.label_all() == 1
            assert await labelling.label_all() == 0
            await arena.forget("ann", battle)
            assert words.labelled == number


async def test_a_backlog_is_labelled_part_by_part(examples: Ledger) -> None:
    labelling = Labelling(examples, [Words()])
    parts: list[int] = []
    while not parts or labelling.backlog:
        parts.append(await labelling.label_all(until=monotonic()))
    assert [part for part in parts if part] == [BATCH] * 3
    assert len(await values(examples)) == 600


async def test_what_is_settled_behind_a_part_is_labelled_too(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_labelling, "BATCH", 1)
    labelling = Labelling(ledger, [Words()])
    async with opened(ledger) as arena:
        late, *early = sorted([await answered(arena) for _ in range(3)])
        for battle in early:
            await hosted(arena).vote("ann", battle, Ballot(Outcome.A), key=str(battle))
        assert await labelling.label_all(until=monotonic()) == 1
        await hosted(arena).vote("ann", late, Ballot(Outcome.A), key="late")
        assert await labelling.label_all() == 1
        assert labelling.backlog
        assert await labelling.label_all() == 1
        assert not labelling.backlog


async def test_two_at_once_keep_each_label_once(examples: Ledger) -> None:
    both = (Labelling(examples, [Words()]).label_all() for _ in range(2))
    await asyncio.gather(*both)
    assert len(await values(examples)) == 600


async def test_the_status_counts_what_each_version_has_labelled(examples: Ledger) -> None:
    status = await read_label_status(examples, shipped_labellers())
    assert status.battles == 600
    assert {one.battles for one in status.labellers} == {0}
    await Labelling(examples).label_all()
    await Labelling(examples, [Words()]).label_all()
    found = {
        one.labeller: one
        for one in (await read_label_status(examples, shipped_labellers())).labellers
    }
    assert found["language"].current
    assert found["language"].battles == 600
    assert found["language"].last_at is not None
    assert not found["words"].current
