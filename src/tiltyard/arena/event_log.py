"""The log of a turn's events, which lets followers come back."""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncGenerator

from tiltyard.arena.events import Event, Numbered
from tiltyard.arena.places import Place


class EventLog:
    """The events of one run of a turn, kept while it runs so that followers can resume.

    Its size is bounded by what the arena definition lets a contestant say and how long it may
    take; followers hold no buffer of their own, so a slow one costs nothing.

    Parameters
    ----------
    run
        Which run of the battle this is, see :func:`tiltyard.arena.places.run_of`.
    """

    def __init__(self, run: int) -> None:
        self._place = Place(run)
        self._numbers: list[int] = []  # apart from the events: half as many objects to keep
        self._events: list[Event] = []
        self._closed = False
        self._grown = asyncio.Event()
        self.followers = 0

    def append(self, event: Event) -> None:
        """Add an event and wake the followers."""
        self._numbers.append(self._place.advance(event))
        self._events.append(event)
        self._wake()

    def close(self) -> None:
        """End the log: followers finish when they have read everything."""
        self._closed = True
        self._wake()

    async def read(self, after: int = 0) -> AsyncGenerator[Numbered]:
        """Give every event beyond the place `after`, and wait for more until the log closes."""
        start = Place.at(after, run=self._place.run).number
        position = bisect_right(self._numbers, start)
        if start == Place(self._place.run).number:
            position = 0
        self.followers += 1
        try:
            while True:
                grown = self._grown
                while position < len(self._events):
                    position += 1
                    yield Numbered(self._numbers[position - 1], self._events[position - 1])
                if self._closed:
                    return
                await grown.wait()
        finally:
            self.followers -= 1

    def _wake(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()
