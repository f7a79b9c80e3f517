"""What the ledger remembers, as it comes out of the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Slot = Literal["a", "b"]
AttemptState = Literal["streaming", "done", "stopped", "failed"]
Parts = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Side:
    """One corner of a battle and who stands in it."""

    slot: Slot
    contestant: str
    version: str
    components: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the person."""

    number: int
    parts: Parts


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of one side at answering one turn."""

    turn: int
    slot: Slot
    number: int
    state: AttemptState
    seed: int
    parts: Parts
    reasoning: str
    error: str | None = None

    @property
    def text(self) -> str:
        """The words of the answer."""
        return "".join(str(part.get("text", "")) for part in self.parts if part["type"] == "text")


@dataclass(frozen=True, slots=True)
class AttemptEnd:
    """How an attempt ended and what was measured on the way. Times are milliseconds."""

    state: AttemptState
    text: str
    reasoning: str = ""
    request: Mapping[str, Any] | None = None
    stop_reason: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    first_text_ms: int | None = None
    duration_ms: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Vote:
    """What the person decided, and when."""

    turn: int
    outcome: str
    tags: Sequence[str]
    comment: str | None
    voted_at: datetime
    receipt: str


@dataclass(frozen=True, slots=True)
class Battle:
    """A battle with everything that has happened in it so far.

    `attempts` holds the latest attempt of each side at each turn.
    """

    id: UUID
    arena: str
    definition: str
    mode: str
    source: str
    voter: str
    policy: str
    pair_probability: float
    created_at: datetime
    sides: Sequence[Side]
    turns: Sequence[Turn]
    attempts: Sequence[Attempt]
    vote: Vote | None
    erased: bool

    def attempt(self, turn: int, slot: Slot) -> Attempt:
        """Return the latest attempt of this side at this turn."""
        return next(try_ for try_ in self.attempts if (try_.turn, try_.slot) == (turn, slot))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A published board."""

    arena: str
    slice: str
    last_vote: int
    board: Mapping[str, Any]
    published_at: datetime
