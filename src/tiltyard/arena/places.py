"""Where a follower is in a battle, as one rising number.

The number holds the run of the turn and how much of each side's answer the follower has, so that
any server can take a stream up where it broke, from its memory or from the ledger:
`3_000_412_000_398` is run 3 with 412 characters of side a and 398 of side b.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from tiltyard.arena.events import Event, Frame, Problem, SideDone, TurnDone
from tiltyard.ledger.records import Battle, Slot

_SIDE = 1_000_000
_RUN = _SIDE**2
_WEIGHTS: Mapping[Slot, int] = {"a": _SIDE, "b": 1}
FAILED, ENDED, OVER = _SIDE - 3, _SIDE - 2, _SIDE - 1
"""In place of a count of characters, which is never so high: what has been told of an end."""


@dataclass(slots=True)
class Place:
    """A place in one run of a turn; `advance` moves it past an event.

    Parameters
    ----------
    run
        See :func:`run_of`.
    heard
        Characters of each side, or one of the ends above.
    """

    run: int
    heard: dict[Slot, int] = field(default_factory=lambda: {"a": 0, "b": 0})

    @classmethod
    def at(cls, number: int, *, run: int) -> Self:
        """Find a follower's place in a run: its beginning, when the number is of another one."""
        if number // _RUN != run:
            return cls(run)
        return cls(run, {"a": number % _RUN // _SIDE, "b": number % _SIDE})

    @property
    def number(self) -> int:
        """The place as a number."""
        return self.run * _RUN + sum(_WEIGHTS[slot] * heard for slot, heard in self.heard.items())

    @property
    def is_over(self) -> bool:
        """Whether the end of the turn has been told."""
        return OVER in self.heard.values()

    def advance(self, event: Event) -> int:
        """Move past an event and return the number of the new place; places never move back."""
        match event:
            case Frame(side, offset=offset, text=text):
                self.heard[side] = max(self.heard[side], offset + len(text))
            case Problem(side):
                self.heard[side] = FAILED
            case SideDone(side):
                self.heard[side] = ENDED
            case TurnDone():
                self.heard = dict.fromkeys(self.heard, OVER)
            case _:
                pass
        return self.number


def run_of(battle: Battle) -> int:
    """Give a number to the latest run of the battle's current turn: the attempts made before it."""
    current = [
        attempt.number for attempt in battle.attempts if attempt.turn == battle.turns[-1].number
    ]
    made = sum(attempt.number for attempt in battle.attempts)
    return made - current.count(max(current))
