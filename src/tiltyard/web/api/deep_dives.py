"""Deep dives over HTTP: swaps, and who does better than what it costs predicts."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict

from tiltyard.boards.published.document import Held
from tiltyard.boards.value import Valued
from tiltyard.web.deep_dives import DeepDives, ValueAnswer
from tiltyard.web.measures import Measure

router = APIRouter(tags=["deep dives"])
ATTRIBUTES = ConfigDict(from_attributes=True)


class EstimateOut(BaseModel):
    """A number with its interval."""

    model_config = ATTRIBUTES

    estimate: float
    lower: float
    upper: float
    standard_error: float


class SliceSwapOut(BaseModel):
    """A swap as one board sees it; null where one of the two is not rated."""

    model_config = ATTRIBUTES

    slice: str
    name: str
    preferred: EstimateOut | None
    points: EstimateOut | None
    old_battles: int
    new_battles: int
    enough: bool
    verdict: str


class UnmadeOut(BaseModel):
    """A slice with votes that has no such board, and why."""

    slice: str
    name: str
    reason: str


class PricesOut(BaseModel):
    """What a model costs; null where it is not known."""

    model_config = ATTRIBUTES

    price_input_usd_per_million: float | None
    price_output_usd_per_million: float | None
    cost_usd_per_answer: float | None
    answers: int


class SwapOut(BaseModel):
    """What happens if one model takes another's place.

    `control` is what the boards hold constant; `unmade` are the slices that have no such board.
    """

    model_config = ATTRIBUTES

    arena: str
    control: Held
    old: str
    new: str
    slices: list[SliceSwapOut]
    unmade: list[UnmadeOut]
    old_prices: PricesOut
    new_prices: PricesOut
    times_the_price: float | None


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


def find_deep_dives(request: Request) -> DeepDives:
    """Give a handler what answers deep dives."""
    found: DeepDives = request.app.state.deep_dives
    return found


Dives = Annotated[DeepDives, Depends(find_deep_dives)]


@router.get("/swap")
async def swap_models(arena: str, old: str, new: str, dives: Dives, control: Held = "") -> SwapOut:
    """Say what happens if one model takes another's place, on every board of an arena.

    With `control=style`, on the boards that hold the style of the answers constant.
    """
    found = await dives.swap(arena, old, new, control)
    slices = [
        asdict(one) | {"name": found.names[one.slice], "enough": one.slice not in found.few}
        for one in found.slices
    ]
    return SwapOut(
        arena=arena,
        control=control,
        old=old,
        new=new,
        slices=[SliceSwapOut.model_validate(one) for one in slices],
        unmade=[
            UnmadeOut(slice=id_, name=found.names[id_], reason=reason)
            for id_, reason in found.unmade.items()
        ],
        old_prices=PricesOut.model_validate(found.old_prices),
        new_prices=PricesOut.model_validate(found.new_prices),
        times_the_price=found.times_the_price,
    )


@router.get("/boards/{arena}/{slice_name}/value")
async def board_value(
    arena: str, slice_name: str, dives: Dives, by: Measure = "price", control: Held = ""
) -> ValueOut:
    """Say which models do better than their price, size or speed predicts."""
    found = await dives.value(arena, slice_name, by, control)
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
