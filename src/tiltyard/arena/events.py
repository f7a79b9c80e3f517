"""What a battle's followers are told."""

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


@dataclass(frozen=True, slots=True)
class Working:
    """The turn is still being answered.

    Told at a fixed period of the turn's clock, whoever answers and whatever they do, so that
    people see that a long thinker is alive, and nothing else.
    """

    turn: int


Event = Frame | Problem | SideDone | TurnDone | Working


class Numbered(NamedTuple):
    """An event, and the place in the battle of a follower who has it."""

    sequence: int
    event: Event
