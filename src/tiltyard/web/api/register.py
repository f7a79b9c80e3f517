"""The public register over HTTP."""

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel

from tiltyard.arena.public_register import RegisterEntry, read_register
from tiltyard.ledger.engine import Ledger

router = APIRouter(prefix="/register", tags=["register"])


class EntryOut(BaseModel):
    """A contestant that became public or was retired."""

    id: str
    name: str
    organisation: str
    demo: bool
    status: str
    reason: str
    at: datetime


class RegisterOut(BaseModel):
    """The register, the newest entry first."""

    entries: list[EntryOut]


@router.get("")
async def whole_register(request: Request) -> RegisterOut:
    """List what became public or was retired, when and why."""
    ledger: Ledger = request.app.state.ledger
    async with ledger.reading() as connection:
        return RegisterOut(entries=[_entry_out(one) for one in await read_register(connection)])


def _entry_out(entry: RegisterEntry) -> EntryOut:
    return EntryOut(
        id=entry.face.id,
        name=entry.face.name,
        organisation=entry.face.organisation,
        demo=entry.face.demo,
        status=entry.status,
        reason=entry.reason,
        at=entry.at,
    )
