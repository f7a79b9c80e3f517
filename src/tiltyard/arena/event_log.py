"""The log of a turn's events, which lets followers come back."""

import asyncio
from array import array
from bisect import bisect_right
from collections.abc import AsyncGenerator

from tiltyard.arena.events import Event, Frame, Numbered
from tiltyard.arena.places import Place
from tiltyard.ledger.records import Slot


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
        self._numbers = array("Q")
        self._events: list[Event | str] = []  # of a frame only its side and words: see `_at`
        self._attempts: dict[Slot, int] = {}
        self._turn = 0
        self._closed = False
        self._grown = asyncio.Event()
        self.followers = 0

    def append(self, event: Event) -> None:
        """Add an event and wake the followers."""
        self._numbers.append(self._place.advance(event))
        self._events.append(self._kept(event))
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
                    yield self._at(position - 1)
                if self._closed:
                    return
                await grown.wait()
        finally:
            self.followers -= 1

    def _kept(self, event: Event) -> Event | str:
        """Keep a frame as one string: of all events only these are many."""
        if not isinstance(event, Frame):
            return event
        self._turn, self._attempts[event.side] = event.turn, event.attempt
        return event.side + event.text

    def _at(self, position: int) -> Numbered:
        number, kept = self._numbers[position], self._events[position]
        if not isinstance(kept, str):
            return Numbered(number, kept)
        side: Slot = "a" if kept[0] == "a" else "b"
        heard = Place.at(number, run=self._place.run).heard[side]
        offset = heard - (len(kept) - 1)
        return Numbered(number, Frame(side, self._turn, self._attempts[side], offset, kept[1:]))

    def _wake(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()
