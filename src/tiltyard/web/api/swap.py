"""What happens if one model takes another's place, over HTTP."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict

from tiltyard.boards.published.document import Held
from tiltyard.web.api.estimate import EstimateOut
from tiltyard.web.swap import Swaps

router = APIRouter(tags=["swap"])
ATTRIBUTES = ConfigDict(from_attributes=True)


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


def find_swaps(request: Request) -> Swaps:
    """Give a handler what answers swaps."""
    found: Swaps = request.app.state.swaps
    return found


FoundSwaps = Annotated[Swaps, Depends(find_swaps)]


@router.get("/swap")
async def swap_models(
    arena: str, old: str, new: str, swaps: FoundSwaps, control: Held = ""
) -> SwapOut:
    """Say what happens if one model takes another's place, on every board of an arena.

    With `control=style`, on the boards that hold the style of the answers constant.
    """
    found = await swaps.answer(arena, old, new, control)
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
