"""Copies of prompts: found whenever they come, labelled once, and forgotten with their battle."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from exported import battle, id_of, record
from opened import hosted, open_ledger, opened
from tiltyard.arena.service import Arena
from tiltyard.arena.voting import Ballot
from tiltyard.battles.outcome import Outcome
from tiltyard.contestants.messages import Part
from tiltyard.labels.duplicates import fingerprint
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.tables import labels, prompt_bands, prompts
from tiltyard.worker.duplicates import BATCH, CROWD, Duplicates

pytestmark = pytest.mark.anyio

LONG = (
    "Explain the difference between a stack and a queue, with an example of each from daily life."
)


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        yield ledger


async def voted(arena: Arena, text: str) -> UUID:
    battle = await arena.open_battle("ann", [Part("text", text)])
    async for _ in await arena.events("ann", battle.id, after=0):
        pass
    await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A), key=str(battle.id))
    return battle.id


async def values(ledger: Ledger) -> Mapping[UUID, Any]:
    async with ledger.reading() as connection:
        rows = await connection.execute(select(labels.c.battle, labels.c.value))
        return {row.battle: row.value for row in rows}


def label(duplicate: UUID | None, near: UUID | None, copies: int) -> dict[str, Any]:
    return {
        "duplicate_of": duplicate and str(duplicate),
        "near_duplicate_of": near and str(near),
        "prompt_copies": copies,
    }


@pytest.mark.parametrize("at_once", [True, False])
async def test_copies_are_found_among_old_and_new_battles(ledger: Ledger, *, at_once: bool) -> None:
    async with opened(ledger) as arena:
        made = []
        for text in ("hi", LONG, "Hi!", LONG.replace("from daily", "from your daily"), "hi"):
            made.append(await voted(arena, text))
            if not at_once:
                assert await Duplicates(ledger).label_all() == 1
    assert await Duplicates(ledger).label_all() == (5 if at_once else 0)
    first, long, second, like, third = made
    assert await values(ledger) == {
        first: label(None, None, 1),
        long: label(None, None, 1),
        second: label(first, None, 2),
        like: label(None, long, 1),
        third: label(first, None, 3),
    }


async def test_of_two_unlike_prompts_that_a_third_is_near_to_the_older_is_named(
    ledger: Ledger,
) -> None:
    """Also where the newer one shares the earlier band with it."""
    between = f"{LONG[:-1]}, and say when a programmer would choose which."
    older = between.replace("the difference", "teacher")
    newer = between.replace("a queue,", "quickly")
    prints = [fingerprint(text) for text in (older, newer, between)]
    shared = [set(prints[2].bands) & set(one.bands) for one in prints[:2]]
    places = [min(map(prints[2].bands.index, bands)) for bands in shared]
    assert places[1] < places[0]
    async with opened(ledger) as arena:
        made = [await voted(arena, text) for text in (older, newer, between)]
    await Duplicates(ledger).label_all()
    found = await values(ledger)
    assert [found[battle]["near_duplicate_of"] for battle in made] == [None, None, str(made[0])]


async def test_two_at_once_count_every_copy_once(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        await arena.add_examples()
    await asyncio.gather(*(Duplicates(ledger).label_all() for _ in range(2)))
    found = await values(ledger)
    assert len(found) == 600
    by_first: dict[str, list[int]] = {}
    for id_, value in found.items():
        by_first.setdefault(value["duplicate_of"] or str(id_), []).append(value["prompt_copies"])
    assert all(sorted(counts) == [*range(1, len(counts) + 1)] for counts in by_first.values())


async def test_a_backlog_is_looked_through_part_by_part(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        await arena.add_examples()
    duplicates = Duplicates(ledger)
    parts = [await duplicates.label_all(until=monotonic())]
    while duplicates.backlog:
        parts.append(await duplicates.label_all(until=monotonic()))
    assert parts == [BATCH, BATCH, BATCH, 0]
    assert len(await values(ledger)) == 600


async def test_a_crowd_of_like_prompts_does_not_grow_without_end(ledger: Ledger) -> None:
    crowd = [battle(number, asked=[f"{LONG} Case {number:03}."]) for number in range(CROWD + 10)]
    await record(ledger, crowd)
    await Duplicates(ledger).label_all()
    found = await values(ledger)
    near = [found[one.id]["near_duplicate_of"] for one in crowd[1:]]
    assert near.count(id_of(0)) > 0.9 * len(near)
    async with ledger.reading() as connection:
        query = select(func.count()).select_from(prompt_bands).group_by(prompt_bands.c.band)
        assert max((await connection.scalars(query)).all()) == CROWD


async def test_a_fingerprint_is_erased_with_its_words(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await voted(arena, LONG)
        await Duplicates(ledger).label_all()
        await arena.forget("ann", battle)
    async with ledger.reading() as connection:
        for table in (prompts, prompt_bands):
            assert await connection.scalar(select(func.count()).select_from(table)) == 0
