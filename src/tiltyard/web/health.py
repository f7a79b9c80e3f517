"""Is the server up, and can it serve? For load balancers and operators."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from tiltyard.arena.arenas import Arenas
from tiltyard.arena.live import BusyError
from tiltyard.ledger.engine import Ledger

router = APIRouter(tags=["operations"])


class Health(BaseModel):
    """The answer when all is well."""

    status: str = "ok"


@router.get("/healthz")
async def healthz() -> Health:
    """Answer while the process lives."""
    return Health()


@router.get("/readyz")
async def readyz(request: Request) -> Health:
    """Answer when the ledger does and turns are taken on; 503 otherwise."""
    arenas: Arenas = request.app.state.arenas
    if arenas.is_draining:
        raise BusyError("The server is about to stop: send people to another one.")
    ledger: Ledger = request.app.state.ledger
    await ledger.ping()
    return Health()
