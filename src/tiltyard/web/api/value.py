"""Who does better than its price, size or speed predicts, over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from tiltyard.boards.published.document import Held
from tiltyard.boards.value import Valued
from tiltyard.web.api.estimate import EstimateOut
from tiltyard.web.measures import Measure
from tiltyard.web.value import ValueAnswer, Values

router = APIRouter(tags=["value"])


class ValuedOut(BaseModel):
    """One model beside what it costs."""

    model: str
    name: str
    rating: float
    measure: float
    expected: float
    residual: EstimateOut
    verdict: str
    frontier: bool
    surely_beaten_by: list[str]


class ValueOut(BaseModel):
    """A board beside a measure, the model that is most above its line first."""

    arena: str
    slice: str
    control: Held
    published_at: datetime
    by: Measure
    unit: str
    per_doubling: EstimateOut
    models: list[ValuedOut]
    left_out: list[str]


def find_values(request: Request) -> Values:
    """Give a handler what compares boards with a measure."""
    found: Values = request.app.state.values
    return found


FoundValues = Annotated[Values, Depends(find_values)]


@router.get("/boards/{arena}/{slice_name}/value")
async def board_value(
    arena: str, slice_name: str, values: FoundValues, by: Measure = "price", control: Held = ""
) -> ValueOut:
    """Say which models do better than their price, size or speed predicts."""
    found = await values.answer(arena, slice_name, by, control)
    return ValueOut(
        arena=arena,
        slice=slice_name,
        control=control,
        published_at=found.published_at,
        by=by,
        unit=found.unit,
        per_doubling=EstimateOut.model_validate(found.value.per_doubling),
        models=[_valued(one, found) for one in found.value.models],
        left_out=list(found.value.left_out),
    )


def _valued(one: Valued, found: ValueAnswer) -> ValuedOut:
    id_ = one.standing.model
    return ValuedOut(
        model=id_,
        name=found.names.get(id_, id_),
        rating=one.standing.rating or 0.0,
        measure=one.measure,
        expected=one.expected,
        residual=EstimateOut.model_validate(one.residual),
        verdict=one.verdict,
        frontier=one.frontier,
        surely_beaten_by=list(one.surely_beaten_by),
    )
