"""What the ledger remembers, as it comes out of the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Slot = Literal["a", "b"]
AttemptState = Literal["streaming", "done", "stopped", "failed"]
RevealCause = Literal["vote", "give_up"]
VotePer = Literal["turn", "battle"]
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
    """How an attempt ended and what was measured on the way. Times are milliseconds.

    `tries` is how many requests were sent for it; what is not known is None.
    """

    state: AttemptState
    text: str
    reasoning: str = ""
    request: Mapping[str, Any] | None = None
    stop_reason: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None
    endpoint_version: str | None = None
    tries: int | None = None
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
class Revealed:
    """That the names were revealed, and why; turns after `turn` were not blind."""

    turn: int
    cause: RevealCause
    at: datetime


@dataclass(frozen=True, slots=True)
class Continued:
    """Which battle's conversation goes on here, and how many turns it had."""

    battle: UUID
    turns_before: int


@dataclass(frozen=True, slots=True)
class Battle:
    """A battle with everything that has happened in it so far.

    `attempts` holds the latest attempt of each side at each turn; `vote_per` is its definition's;
    `declared` is the digest of the shares its pair was drawn under, None where it was not drawn.
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
    votes: Sequence[Vote]
    erased: bool
    vote_per: VotePer = "battle"
    revealed: Revealed | None = None
    continued: Continued | None = None
    declared: str | None = None

    @property
    def vote(self) -> Vote | None:
        """The newest vote."""
        return self.votes[-1] if self.votes else None

    @property
    def turn(self) -> int:
        """The number of the newest turn."""
        return self.turns[-1].number

    def attempt(self, turn: int, slot: Slot) -> Attempt:
        """Return the latest attempt of this side at this turn."""
        return next(try_ for try_ in self.attempts if (try_.turn, try_.slot) == (turn, slot))

    def vote_on(self, turn: int) -> Vote | None:
        """Return the vote on this turn."""
        return next((vote for vote in self.votes if vote.turn == turn), None)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A published board.

    Attributes
    ----------
    last_vote
        The highest number of a vote there was when it was made.
    control
        What it holds constant; empty for nothing.
    """

    arena: str
    slice: str
    last_vote: int
    board: Mapping[str, Any]
    published_at: datetime
    control: str = ""
