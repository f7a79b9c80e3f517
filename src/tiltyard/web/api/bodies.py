"""The shapes of requests and responses under /api/v1. The OpenAPI document is made from these."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tiltyard.arena.definition import ArenaDefinition, Mode
from tiltyard.arena.events import PROBLEM
from tiltyard.arena.match import BattleState, battle_state, is_blind, turns_left
from tiltyard.battles.outcome import Outcome
from tiltyard.contestants.card import EndpointOwner
from tiltyard.contestants.face import UNTOLD
from tiltyard.contestants.messages import Part
from tiltyard.ledger.records import Attempt, Battle, Slot, Turn, Vote, VotePer

ModelId = Annotated[str, Field(min_length=1, max_length=100)]
ResponseState = Literal["streaming", "done", "stopped", "failed"]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ImageIn(_Request):
    """Which image of mine a part is; the rest of what `POST /images` answered may come along."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    media_type: str | None = None
    width: int | None = None
    height: int | None = None
    url: str | None = None

    def to_data(self) -> dict[str, Any]:
        """Keep what counts; what the image is like, the ledger knows."""
        return {"sha256": self.sha256}


class PartIn(_Request):
    """One part of a message."""

    type: Annotated[str, Field(min_length=1, max_length=40)]
    text: str = ""
    data: ImageIn | None = None


class MessageIn(_Request):
    """What the person says."""

    parts: Annotated[list[PartIn], Field(min_length=1, max_length=50)]

    def to_parts(self) -> list[Part]:
        """Turn the body into message parts."""
        return [
            Part(part.type, part.text, None if part.data is None else part.data.to_data())
            for part in self.parts
        ]


class NewBattle(_Request):
    """A request to open a battle."""

    arena: Annotated[str, Field(max_length=40)] = "text"
    mode: Mode = "battle"
    models: Annotated[list[ModelId], Field(max_length=2)] | None = None
    continues: UUID | None = None
    message: MessageIn


class NewTurn(_Request):
    """The person's next message."""

    message: MessageIn


class BallotIn(_Request):
    """The person's decision."""

    outcome: Outcome
    tags: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=20)] = []
    comment: str | None = None
    turn: Annotated[int, Field(ge=1)] | None = None
    reveal: bool = True


class MessageOut(BaseModel):
    """What the person said."""

    parts: list[dict[str, Any]]


class ResponseOut(BaseModel):
    """One side's answer so far. Before the vote it holds nothing but words and a state."""

    state: ResponseState
    attempt: int
    text: str
    problem: str | None = None
    reasoning: str | None = None


class VoteOut(BaseModel):
    """The vote that was cast."""

    outcome: Outcome
    tags: list[str]
    comment: str | None
    voted_at: datetime


class TurnOut(BaseModel):
    """One message and its answers; `blind` says whether the names were hidden."""

    number: int
    message: MessageOut
    responses: dict[Slot, ResponseOut]
    blind: bool
    vote: VoteOut | None


class RevealedContestant(BaseModel):
    """Who stood on a side."""

    id: str
    name: str
    organisation: str
    licence: str
    demo: bool
    url: str
    endpoint: EndpointOwner | None = None


Reveal = dict[Slot, RevealedContestant]


class BattleOut(BaseModel):
    """A battle as its voter may see it now."""

    id: UUID
    arena: str
    mode: Mode
    state: BattleState
    created_at: datetime
    sides: list[Slot]
    turn: int
    turns_left: int
    turns: list[TurnOut]
    continues: UUID | None
    vote_per: VotePer
    vote: VoteOut | None
    reveal: Reveal | None


class BattlesOut(BaseModel):
    """The voter's battles, newest first; `next` is the `before` of the older ones, if any."""

    battles: list[BattleOut]
    next: UUID | None


class VoteAnswer(BaseModel):
    """The answer to a vote: who it was, unless the person goes on blind."""

    outcome: Outcome
    reveal: Reveal | None
    receipt: str


class ProblemOut(BaseModel):
    """An error, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str


def _problem(description: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": ProblemOut.model_json_schema()}}
    return {"description": description, "content": content}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": _problem("What was wrong with the request, in one sentence"),
    503: _problem("Full, or without its ledger, just now; `Retry-After` says when to try again"),
}
"""What every call may answer instead."""


def battle_out(
    battle: Battle, definition: ArenaDefinition, reveal: Mapping[str, Any] | None
) -> BattleOut:
    """Show a battle: names and reasoning only when the reveal is given.

    Who stands there under an alias even then may say its name in its thoughts: they stay unshown.
    """
    slots = [side.slot for side in battle.sides]
    open_ = {slot for slot, face in (reveal or {}).items() if face["organisation"] != UNTOLD}
    return BattleOut(
        id=battle.id,
        arena=battle.arena,
        mode=battle.mode,
        state=battle_state(battle),
        created_at=battle.created_at,
        sides=slots,
        turn=battle.turn,
        turns_left=turns_left(battle, limit=definition.turns.max),
        turns=[_turn_out(battle, turn, open_) for turn in battle.turns],
        continues=battle.continued.battle if battle.continued else None,
        vote_per=battle.vote_per,
        vote=_vote_out(battle.vote),
        reveal=None
        if reveal is None
        else {slot: RevealedContestant(**reveal[slot]) for slot in slots},
    )


def _turn_out(battle: Battle, turn: Turn, open_: Collection[str]) -> TurnOut:
    return TurnOut(
        number=turn.number,
        message=MessageOut(parts=[dict(part) for part in turn.parts]),
        responses={
            side.slot: _response_out(
                battle.attempt(turn.number, side.slot), open_=side.slot in open_
            )
            for side in battle.sides
        },
        blind=is_blind(battle, turn.number),
        vote=_vote_out(battle.vote_on(turn.number)),
    )


def _response_out(attempt: Attempt, *, open_: bool) -> ResponseOut:
    return ResponseOut(
        state=attempt.state,
        attempt=attempt.number,
        text=attempt.text,
        problem=PROBLEM if attempt.state == "failed" else None,
        reasoning=(attempt.reasoning or None) if open_ else None,
    )


def _vote_out(vote: Vote | None) -> VoteOut | None:
    if vote is None:
        return None
    return VoteOut(
        outcome=Outcome(vote.outcome),
        tags=list(vote.tags),
        comment=vote.comment,
        voted_at=vote.voted_at,
    )
