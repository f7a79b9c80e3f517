"""Published boards over HTTP."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import AwareDatetime, BaseModel

from tiltyard.boards.published.boards import PublishedBoards
from tiltyard.boards.published.document import Held
from tiltyard.web.api.instants import in_utc

router = APIRouter(prefix="/boards", tags=["boards"])


class BoardSummary(BaseModel):
    """A slice in the list of boards.

    `within` is the slice it is a part of; `controls` lists the boards it has: `""` without and
    `"style"` with the style of the answers held constant. `unmade` says of the others why they are
    not there.
    """

    arena: str
    slice: str
    name: str
    description: str
    within: str | None
    votes: int
    minimum: int
    enough: bool
    controls: list[str]
    unmade: dict[str, str]
    contestants: int
    published_at: datetime | None


class BoardsOut(BaseModel):
    """The boards there are."""

    boards: list[BoardSummary]


class RatedModel(BaseModel):
    """One row of a board. What cannot be estimated is null."""

    model: str
    name: str
    organisation: str | None
    licence: str | None
    demo: bool
    rating: float | None
    lower: float | None
    upper: float | None
    standard_error: float | None
    rank: int | None
    rank_lower: int | None
    rank_upper: int | None
    battles: int
    wins: int
    losses: int
    ties: int
    pooled: float | None = None
    pooled_lower: float | None = None
    pooled_upper: float | None = None
    probability_best: float | None = None
    tie_groups: list[int] | None = None


class Coefficient(BaseModel):
    """What a control was estimated to do."""

    name: str
    estimate: float
    lower: float
    upper: float
    standard_error: float | None = None
    p_value: float | None = None


class FilterStep(BaseModel):
    """A filter that was applied to the votes."""

    name: str
    dropped: int
    kept: int
    why: str


class Diagnostic(BaseModel):
    """Something a reader of the board must know."""

    kind: str
    message: str
    models: list[str]


class BoardOut(BaseModel):
    """A leaderboard with everything that is needed to rebuild it.

    `unmade` says why there is none, or why it cannot be made of the votes of now.
    """

    arena: str
    slice: str
    control: str = ""
    name: str = ""
    description: str = ""
    within: str | None = None
    published_at: datetime | None
    votes: int
    minimum: int = 0
    enough: bool = True
    sources: dict[str, int]
    models: list[RatedModel]
    log_likelihood: float | None
    coefficients: list[Coefficient]
    diagnostics: list[Diagnostic]
    filters: list[FilterStep] = []
    recipe: dict[str, Any]
    data_sha256: str | None
    version: str
    pooling: dict[str, Any] | None = None
    manifest: dict[str, Any] | None = None
    unmade: str | None = None


async def find_boards(request: Request) -> PublishedBoards:
    """Give a handler the published boards."""
    boards: PublishedBoards = request.app.state.boards
    return boards


Boards = Annotated[PublishedBoards, Depends(find_boards)]


@router.get("")
async def all_boards(boards: Boards) -> BoardsOut:
    """List the boards there are."""
    return BoardsOut(boards=[BoardSummary(**summary) for summary in await boards.summaries()])


@router.get("/{arena}/{slice_name}")
async def one_board(
    arena: str,
    slice_name: str,
    boards: Boards,
    control: Held = "",
    at: AwareDatetime | None = None,
) -> BoardOut:
    """Show a board as it is now, or as it was at an instant; with the style held constant, too."""
    board = await boards.board(arena, slice_name, control=control, at=in_utc(at))
    return BoardOut.model_validate(board)
