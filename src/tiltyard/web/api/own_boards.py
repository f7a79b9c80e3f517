"""My board and my groups', over HTTP: only ever those of the cookie's voter."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict

from tiltyard.boards.groups import group_board, join, leave, my_groups
from tiltyard.boards.own_boards import OwnAnswer, board_of_voters
from tiltyard.web.api.estimate import EstimateOut
from tiltyard.web.voter import voter_of

router = APIRouter(tags=["own boards"])
Voter = Annotated[str, Depends(voter_of)]


class OwnModelOut(BaseModel):
    """One model on an own board."""

    model_config = ConfigDict(from_attributes=True)

    model: str
    name: str
    rating: float
    lower: float
    upper: float
    rank: int
    rank_upper: int
    everybody: float
    departure: EstimateOut
    battles: int | None
    wins: int | None
    losses: int | None
    ties: int | None
    verdict: str


class OwnBoardOut(BaseModel):
    """Own votes, partially pooled with everybody's; no models where nothing is rated yet."""

    arena: str
    votes: int
    enough: bool
    own_share: float
    spread: float | None
    spread_assumed: bool
    models: list[OwnModelOut]


@router.get("/my-board")
async def my_board(request: Request, voter: Voter, arena: str | None = None) -> OwnBoardOut:
    """Show the voter's own board, in the first arena where none is named."""
    state = request.app.state
    found = state.arenas.first if arena is None else state.arenas.named(arena)
    id_ = found.definition.id
    return own_board_out(await board_of_voters(state.ledger, state.boards, id_, [voter]))


class GroupOut(BaseModel):
    """A group that I am in; `enough` members and it has a board."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    members: int
    enough: bool


class GroupsOut(BaseModel):
    """The groups that I am in."""

    groups: list[GroupOut]


@router.get("/my-groups")
async def list_groups(request: Request, voter: Voter) -> GroupsOut:
    """List the groups that I am in."""
    return await _groups(request, voter)


@router.put("/my-groups/{group}")
async def join_group(request: Request, voter: Voter, group: str) -> GroupsOut:
    """Join a group; it is there as soon as somebody joins it."""
    await join(request.app.state.ledger, group, voter)
    return await _groups(request, voter)


@router.delete("/my-groups/{group}")
async def leave_group(request: Request, voter: Voter, group: str) -> GroupsOut:
    """Leave a group."""
    await leave(request.app.state.ledger, group, voter)
    return await _groups(request, voter)


@router.get("/my-groups/{group}/board")
async def board_of_group(
    request: Request, voter: Voter, group: str, arena: str | None = None
) -> OwnBoardOut:
    """Show the board of a group that I am in, in the first arena where none is named."""
    state = request.app.state
    found = state.arenas.first if arena is None else state.arenas.named(arena)
    id_ = found.definition.id
    return own_board_out(await group_board(state.ledger, state.boards, id_, group, voter))


async def _groups(request: Request, voter: str) -> GroupsOut:
    found = await my_groups(request.app.state.ledger, voter)
    return GroupsOut(groups=[GroupOut.model_validate(group) for group in found])


def own_board_out(answer: OwnAnswer) -> OwnBoardOut:
    """Write an own board as JSON."""
    board = answer.board
    if board is None:
        nothing = {"votes": 0, "enough": False, "own_share": 0.0, "spread_assumed": True}
        return OwnBoardOut(arena=answer.arena, **nothing, spread=None, models=[])
    values = board.to_dict()
    hidden = {} if answer.counted else dict.fromkeys(("battles", "wins", "losses", "ties"))
    rows = [
        row | hidden | {"name": answer.names.get(row["model"], row["model"])}
        for row in values["models"]
    ]
    return OwnBoardOut.model_validate(values | {"arena": answer.arena, "models": rows})
