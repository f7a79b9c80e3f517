"""Is the server up, and can it serve? For load balancers and operators."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

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
    """Answer when the ledger does; 503 otherwise."""
    ledger: Ledger = request.app.state.ledger
    await ledger.ping()
    return Health()
