"""What a voter lets be published, over HTTP."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from tiltyard.arena.arenas import Arenas
from tiltyard.arena.consent import decide, lets_publish
from tiltyard.arena.definition import ArenaDefinition
from tiltyard.ledger.engine import Ledger
from tiltyard.web.voter import voter_of

router = APIRouter(prefix="/consent", tags=["consent"])


class ConsentText(BaseModel):
    """What an arena tells people of publishing."""

    arena: str
    title: str
    version: str
    text: str


class ConsentOut(BaseModel):
    """What I was told, and whether what I do here may be published."""

    publish: bool
    arenas: list[ConsentText]


class Decision(BaseModel):
    """What I decide, for all of my battles."""

    model_config = ConfigDict(extra="forbid")

    publish: bool


@router.get("")
async def my_consent(request: Request) -> ConsentOut:
    """Say what each arena tells of publishing, and what I have decided."""
    ledger: Ledger = request.app.state.ledger
    return await _told(request, publish=await lets_publish(ledger, await voter_of(request)))


@router.put("")
async def change_consent(request: Request, decision: Decision) -> ConsentOut:
    """Decide whether my battles may be in the next releases, past ones too."""
    ledger: Ledger = request.app.state.ledger
    definitions = hosted(request)
    await decide(ledger, await voter_of(request), definitions, publish=decision.publish)
    return await _told(request, publish=decision.publish)


def hosted(request: Request) -> Sequence[ArenaDefinition]:
    """List the definitions of the arenas that are hosted."""
    arenas: Arenas = request.app.state.arenas
    return [arena.definition for arena in arenas]


async def _told(request: Request, *, publish: bool) -> ConsentOut:
    texts = [
        ConsentText(arena=one.id, title=one.title, **one.consent.model_dump())
        for one in hosted(request)
        if one.consent is not None
    ]
    return ConsentOut(publish=publish and bool(texts), arenas=texts)
