import asyncio

import pytest

from tiltyard.arena.events import EventLog, Numbered, SideDone, TurnDone

pytestmark = pytest.mark.anyio

A_DONE, B_DONE, DONE = SideDone("a", 1, "done"), SideDone("b", 1, "done"), TurnDone(1, "votable")


async def collect(log: EventLog, after: int = 0) -> list[Numbered]:
    return [numbered async for numbered in log.read(after)]


async def test_a_reader_waits_for_what_comes_and_ends_with_the_log() -> None:
    log = EventLog(0)
    reader = asyncio.create_task(collect(log))
    for event in (A_DONE, B_DONE, DONE):
        await asyncio.sleep(0)
        log.append(event)
    log.close()
    assert await reader == [(1, A_DONE), (2, B_DONE), (3, DONE)]


@pytest.mark.parametrize("seen", [0, 1, 2, 3])
async def test_a_reader_that_comes_back_misses_nothing_and_sees_nothing_twice(seen: int) -> None:
    log = EventLog(1000)
    for event in (A_DONE, B_DONE, DONE):
        log.append(event)
    log.close()
    after = 1000 + seen
    assert [sequence for sequence, _ in await collect(log, after)] == list(range(after + 1, 1004))


async def test_readers_do_not_take_from_each_other() -> None:
    log = EventLog(0)
    readers = [asyncio.create_task(collect(log)) for _ in range(3)]
    await asyncio.sleep(0)
    log.append(DONE)
    log.close()
    assert [await reader for reader in readers] == [[(1, DONE)]] * 3
