"""The public catalogue over HTTP."""

from datetime import date

from fastapi import APIRouter, Request
from pydantic import BaseModel

from tiltyard.arena.applying import listed_cards
from tiltyard.contestants.card import Contestant, EndpointOwner
from tiltyard.ledger.engine import Ledger
from tiltyard.web.model_profile import Place, listed_card, model_profile, public_facts

router = APIRouter(prefix="/models", tags=["models"])


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
    billion_parameters: float | None


class ModelsOut(BaseModel):
    """The public catalogue."""

    models: list[ModelOut]


class PlacesOut(BaseModel):
    """Every board that a contestant is on."""

    model: str
    boards: list[Place]


@router.get("")
async def all_models(request: Request) -> ModelsOut:
    """List the contestants that anybody may know of."""
    async with ledger_of(request).reading() as connection:
        return ModelsOut(models=[_model_out(card) for card in await listed_cards(connection)])


@router.get("/{model_id}")
async def one_model(model_id: str, request: Request) -> ModelOut:
    """Show one contestant."""
    async with ledger_of(request).reading() as connection:
        return _model_out(await listed_card(connection, model_id))


@router.get("/{model_id}/boards")
async def boards_of_model(model_id: str, request: Request) -> PlacesOut:
    """Show where a contestant stands, board by board."""
    profile = await model_profile(ledger_of(request), request.app.state.boards, model_id)
    return PlacesOut(model=model_id, boards=list(profile.places))


def ledger_of(request: Request) -> Ledger:
    """Give a handler the ledger."""
    ledger: Ledger = request.app.state.ledger
    return ledger


def _model_out(card: Contestant) -> ModelOut:
    facts = public_facts(card)
    return ModelOut(
        id=facts.face.id,
        name=facts.face.name,
        organisation=facts.face.organisation,
        licence=facts.face.licence,
        demo=facts.face.demo,
        status=facts.status,
        endpoint=facts.face.endpoint,
        released=facts.released,
        price_input_usd_per_million=facts.price_input_usd_per_million,
        price_output_usd_per_million=facts.price_output_usd_per_million,
        billion_parameters=facts.billion_parameters,
    )
