"""The public catalogue over HTTP."""

from datetime import date
from typing import ClassVar

from fastapi import APIRouter, Request
from pydantic import BaseModel

from tiltyard.arena.applying import listed_cards
from tiltyard.contestants.card import Contestant, EndpointOwner
from tiltyard.contestants.face import is_untold, public_face, public_id
from tiltyard.errors import TiltyardError
from tiltyard.ledger.engine import Ledger

router = APIRouter(prefix="/models", tags=["models"])


class UnknownModelError(TiltyardError):
    """No public contestant has this id."""

    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such model"


class ModelOut(BaseModel):
    """What anybody may know of a contestant."""

    id: str
    name: str
    organisation: str
    licence: str
    demo: bool
    status: str
    endpoint: EndpointOwner | None
    released: date | None
    price_input_usd_per_million: float | None
    price_output_usd_per_million: float | None


class ModelsOut(BaseModel):
    """The public catalogue."""

    models: list[ModelOut]


@router.get("")
async def all_models(request: Request) -> ModelsOut:
    """List the contestants that anybody may know of."""
    return ModelsOut(models=[_model_out(card) for card in await _listed(request)])


@router.get("/{model_id}")
async def one_model(model_id: str, request: Request) -> ModelOut:
    """Show one contestant."""
    for card in await _listed(request):
        if public_id(card) == model_id:
            return _model_out(card)
    raise UnknownModelError("No public contestant has this id: GET /api/v1/models lists them.")


async def _listed(request: Request) -> list[Contestant]:
    ledger: Ledger = request.app.state.ledger
    async with ledger.reading() as connection:
        return await listed_cards(connection)


def _model_out(card: Contestant) -> ModelOut:
    face = public_face(card)
    known = not is_untold(card)
    return ModelOut(
        id=face.id,
        name=face.name,
        organisation=face.organisation,
        licence=face.licence,
        demo=face.demo,
        status=card.status.value,
        endpoint=face.endpoint,
        released=card.released if known else None,
        price_input_usd_per_million=card.price_input_usd_per_million if known else None,
        price_output_usd_per_million=card.price_output_usd_per_million if known else None,
    )
