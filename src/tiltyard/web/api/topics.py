"""What people ask about, over HTTP."""

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel

from tiltyard.web.topics import topics_of

router = APIRouter(prefix="/topics", tags=["topics"])


class LanguageOut(BaseModel):
    """How many of a topic's prompts are in a language; null where it is not known."""

    language: str | None
    prompts: int


class TopicModelOut(BaseModel):
    """A rated model on a topic's board."""

    model: str
    name: str
    rating: float
    lower: float | None
    upper: float | None
    rank: int
    rank_lower: int
    rank_upper: int
    battles: int


class TopicOut(BaseModel):
    """Prompts about one thing, and the board of their votes."""

    words: list[str]
    prompts: int
    voters: int
    votes: int
    enough: bool
    languages: list[LanguageOut]
    models: list[TopicModelOut]


class TopicsOut(BaseModel):
    """The topics of an arena, the largest first; without a map yet, none."""

    arena: str
    made_at: datetime | None
    prompts: int
    votes: int
    rest_prompts: int
    rest_votes: int
    least_voters: int
    topics: list[TopicOut]


@router.get("")
async def all_topics(request: Request, arena: str | None = None) -> TopicsOut:
    """Say what people ask about, in the first arena where none is named."""
    arenas = request.app.state.arenas
    found = arenas.first if arena is None else arenas.named(arena)
    document = await topics_of(request.app.state.ledger, found.definition.id)
    return TopicsOut.model_validate(document)
