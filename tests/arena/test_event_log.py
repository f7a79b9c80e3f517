import asyncio

import pytest

from tiltyard.arena.event_log import EventLog
from tiltyard.arena.events import Event, Frame, Numbered, SideDone, TurnDone, Working

pytestmark = pytest.mark.anyio

EVENTS: list[Event] = [
    Working(1),
    Frame("a", 1, 1, 0, "Hello "),
    Frame("b", 1, 1, 0, "Ja"),
    Frame("a", 1, 1, 6, "you"),
    SideDone("b", 1, "done"),
    SideDone("a", 1, "done"),
    TurnDone(1, "votable"),
]


def log_of(run: int, events: list[Event]) -> EventLog:
    log = EventLog(run)
    for event in events:
        log.append(event)
    log.close()
    return log


async def collect(log: EventLog, after: int = 0) -> list[Numbered]:
    return [numbered async for numbered in log.read(after)]


async def test_a_reader_waits_for_what_comes_and_ends_with_the_log() -> None:
    log = EventLog(0)
    reader = asyncio.create_task(collect(log))
    for event in EVENTS:
        await asyncio.sleep(0)
        log.append(event)
    log.close()
    assert [event for _, event in await reader] == EVENTS


async def test_numbers_say_how_much_of_both_sides_a_reader_has() -> None:
    numbers = [number for number, _ in await collect(log_of(3, EVENTS))]
    assert numbers[:4] == [3_000000_000000, 3_000006_000000, 3_000006_000002, 3_000009_000002]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == len(EVENTS)


@pytest.mark.parametrize("seen", range(1, len(EVENTS) + 1))
async def test_a_reader_that_comes_back_misses_nothing_and_sees_nothing_twice(seen: int) -> None:
    log = log_of(3, EVENTS)
    everything = await collect(log)
    after = everything[seen - 1].sequence
    again = [] if seen > 1 else everything[:1]  # a sign of work is no place to come back to
    assert await collect(log, after) == again + everything[seen:]


async def test_a_reader_of_an_earlier_run_is_told_all_of_this_one() -> None:
    log = log_of(2, EVENTS)
    assert await collect(log, 1_000009_999998) == await collect(log)


async def test_readers_do_not_take_from_each_other_and_are_counted() -> None:
    log = EventLog(0)
    readers = [asyncio.create_task(collect(log)) for _ in range(3)]
    await asyncio.sleep(0)
    assert log.followers == 3
    log.append(EVENTS[-1])
    log.close()
    assert [[event for _, event in await reader] for reader in readers] == [[EVENTS[-1]]] * 3
    assert log.followers == 0
