"""How fast words go out, so that speed does not tell who is speaking.

Frames on one clock hide how a provider cuts its words; they do not hide how fast it is, or how soon
it begins. Pacing does: words flow in steps, at one speed for everybody. A step flows when every
side has a whole step's words ready or has ended; otherwise all sides wait for the next step. So
both sides begin together, keep the same speed, and pause together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from tiltyard.arena.definition import Pacing
from tiltyard.ledger.records import Slot


@dataclass(frozen=True, slots=True)
class Ready:
    """What one side has to send.

    Parameters
    ----------
    characters
        That wait to go out.
    ended
        Whether no more will come.
    """

    characters: int
    ended: bool


class Pace(Protocol):
    """Say how much goes out at each tick of the clock.

    Attributes
    ----------
    holds_back
        Whether words may wait here. A cut then drops those that wait: how many they are would say
        how fast a contestant is.
    """

    holds_back: ClassVar[bool]

    def release(self, ready: Mapping[Slot, Ready]) -> Mapping[Slot, int]:
        """Return how many characters of each side go out now."""
        ...


class AsItComes:
    """No pacing: everything goes out with the next frame."""

    holds_back: ClassVar[bool] = False

    def release(self, ready: Mapping[Slot, Ready]) -> Mapping[Slot, int]:
        """Release all there is."""
        return {slot: side.characters for slot, side in ready.items()}


class InSteps:
    """Whole steps at one speed, for all sides alike.

    Parameters
    ----------
    rules
        The arena's speed and length of a step.
    frame_s
        Seconds between two ticks.
    """

    holds_back: ClassVar[bool] = True

    def __init__(self, rules: Pacing, *, frame_s: float) -> None:
        self._frames = max(1, round(rules.step_s / frame_s))
        self._per_frame = max(1, round(rules.chars_per_s * frame_s))
        self._tick = 0
        self._flows = False

    def release(self, ready: Mapping[Slot, Ready]) -> Mapping[Slot, int]:
        """Release a frame's share of a step that flows, and nothing of one that does not."""
        if self._tick == 0:
            step = self._frames * self._per_frame
            self._flows = all(side.ended or side.characters >= step for side in ready.values())
        self._tick = (self._tick + 1) % self._frames
        share = self._per_frame if self._flows else 0
        return {slot: min(share, side.characters) for slot, side in ready.items()}


def pace_of(rules: Pacing | None, *, frame_s: float) -> Pace:
    """Give a turn the pace that its arena's definition asks for."""
    return AsItComes() if rules is None else InSteps(rules, frame_s=frame_s)
