"""What a battle's followers are told, in order, and the log that lets them come back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import NamedTuple

from tiltyard.ledger.records import Slot

PROBLEM = "This side could not answer. Try it again, or start a new battle."
"""The same for every contestant and every failure: an error must not name anybody."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Some more of one side's answer; `offset` counts code points from the answer's start."""

    side: Slot
    turn: int
    attempt: int
    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One side failed."""

    side: Slot
    turn: int
    message: str = PROBLEM
    retry: bool = True


@dataclass(frozen=True, slots=True)
class SideDone:
    """One side has ended."""

    side: Slot
    turn: int
    state: str


@dataclass(frozen=True, slots=True)
class TurnDone:
    """Both sides have ended; `state` is the battle's."""

    turn: int
    state: str


Event = Frame | Problem | SideDone | TurnDone


class Numbered(NamedTuple):
    """An event and its sequence number within the battle."""

    sequence: int
    event: Event


class EventLog:
    """The events of one run of a turn, kept while it runs so that readers can resume.

    Its size is bounded by what the arena definition lets a contestant say and how long it may
    take; readers hold no buffer of their own, so a slow one costs nothing.

    Parameters
    ----------
    start
        The sequence number before the first event.
    """

    def __init__(self, start: int) -> None:
        self._start = start
        self._events: list[Event] = []
        self._closed = False
        self._grown = asyncio.Event()

    def append(self, event: Event) -> None:
        """Add an event and wake the readers."""
        self._events.append(event)
        self._wake()

    def close(self) -> None:
        """End the log: readers finish when they have read everything."""
        self._closed = True
        self._wake()

    async def read(self, after: int = 0) -> AsyncIterator[Numbered]:
        """Give every event numbered above `after`, and wait for more until the log closes."""
        position = max(0, after - self._start)
        while True:
            grown = self._grown
            while position < len(self._events):
                position += 1
                yield Numbered(self._start + position, self._events[position - 1])
            if self._closed:
                return
            await grown.wait()

    def _wake(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()
