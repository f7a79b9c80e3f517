"""Exposure over HTTP."""

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from tiltyard.arena.arenas import Arenas

router = APIRouter(prefix="/exposure", tags=["exposure"])


class OrganisationOut(BaseModel):
    """One organisation's part of all sides."""

    model_config = ConfigDict(from_attributes=True)

    organisation: str
    declared: float
    realised: float
    sides: int
    expected: float
    p_value: float | None
    unusual: bool


class ExposureOut(BaseModel):
    """What share of battles each organisation was to have, and had."""

    model_config = ConfigDict(from_attributes=True)

    arena: str
    until: datetime | None
    battles: int
    undeclared: int
    policies: Mapping[str, int]
    organisations: list[OrganisationOut]
    counted_at: datetime


@router.get("")
async def all_exposure(request: Request, arena: str | None = None) -> ExposureOut:
    """Compare the declared share of every organisation with the realised one."""
    arenas: Arenas = request.app.state.arenas
    found = arenas.first if arena is None else arenas.named(arena)
    return ExposureOut.model_validate(await found.exposure.report())
