"""The past of boards over HTTP: their snapshots, ratings over time, what changed and why."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict

from tiltyard.boards.past.history import MOST_POINTS, POINTS, BoardHistory
from tiltyard.boards.published.document import Held
from tiltyard.web.api.instants import in_utc
from tiltyard.web.past import compare_snapshots

router = APIRouter(prefix="/boards/{arena}/{slice_name}", tags=["boards"])

MOST_SNAPSHOTS = 1000
MOST_MODELS = 100


class SnapshotsOut(BaseModel):
    """When a board was published, the newest first."""

    arena: str
    slice: str
    published_at: list[datetime]


class PointOut(BaseModel):
    """Where a model stood when a board was published. What could not be estimated is null."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    rating: float | None
    lower: float | None
    upper: float | None
    rank: int | None
    battles: int


class CourseOut(BaseModel):
    """One model's rating over time, the oldest point first."""

    model_config = ConfigDict(from_attributes=True)

    model: str
    name: str
    points: list[PointOut]


class HistoryOut(BaseModel):
    """Ratings over time on one board."""

    arena: str
    slice: str
    models: list[CourseOut]


class ChangeOut(BaseModel):
    """One thing that is not as it was, and why."""

    model_config = ConfigDict(from_attributes=True)

    kind: str
    message: str
    model: str | None
    before: Any
    after: Any
    new_votes: int | None
    overlap: bool | None
    passed: list[str]


class ChangesOut(BaseModel):
    """What changed between two snapshots of a board; null where there is no such snapshot."""

    arena: str
    slice: str
    before: datetime | None
    after: datetime | None
    changes: list[ChangeOut]


def find_history(request: Request) -> BoardHistory:
    """Give a handler the past of the boards."""
    history: BoardHistory = request.app.state.history
    return history


History = Annotated[BoardHistory, Depends(find_history)]
Instant = AwareDatetime | None
"""What the board holds constant."""


@router.get("/snapshots")
async def board_snapshots(
    arena: str,
    slice_name: str,
    history: History,
    control: Held = "",
    until: Instant = None,
    limit: Annotated[int, Query(ge=1, le=MOST_SNAPSHOTS)] = 100,
) -> SnapshotsOut:
    """List when a board was published; each instant is an `at` of the board."""
    moments = await history.moments(
        arena, slice_name, control=control, until=in_utc(until), limit=limit
    )
    return SnapshotsOut(arena=arena, slice=slice_name, published_at=list(moments))


@router.get("/history")
async def board_history(
    arena: str,
    slice_name: str,
    history: History,
    model: Annotated[list[str], Query(max_length=MOST_MODELS)] = [],  # noqa: B006  # FastAPI copies it
    control: Held = "",
    since: Instant = None,
    until: Instant = None,
    points: Annotated[int, Query(ge=2, le=MOST_POINTS)] = POINTS,
) -> HistoryOut:
    """Show ratings over time; of all models on the newest board where none is named."""
    courses = await history.courses(
        arena,
        slice_name,
        model,
        control=control,
        since=in_utc(since),
        until=in_utc(until),
        points=points,
    )
    models = [CourseOut.model_validate(course) for course in courses]
    return HistoryOut(arena=arena, slice=slice_name, models=models)


@router.get("/changes")
async def board_changes(
    arena: str,
    slice_name: str,
    history: History,
    request: Request,
    control: Held = "",
    since: Instant = None,
    at: Instant = None,
) -> ChangesOut:
    """Say what changed on a board and why: since its last snapshot, or between two instants."""
    found = await compare_snapshots(
        request.app.state.ledger,
        history,
        arena,
        slice_name,
        control=control,
        since=in_utc(since),
        at=in_utc(at),
    )
    changes = [ChangeOut.model_validate(change, from_attributes=True) for change in found.changes]
    return ChangesOut(
        arena=arena, slice=slice_name, before=found.before, after=found.after, changes=changes
    )
