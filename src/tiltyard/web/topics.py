"""An arena's newest map of topics as everybody may read it."""

from collections.abc import Mapping
from typing import Any

from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.surveys import read_survey
from tiltyard.prompts.topics import LEAST_VOTERS

NOTHING: Mapping[str, Any] = {
    "prompts": 0,
    "votes": 0,
    "rest_prompts": 0,
    "rest_votes": 0,
    "least_voters": LEAST_VOTERS,
    "topics": [],
}


async def topics_of(ledger: Ledger, arena: str) -> dict[str, Any]:
    """Read the map in the form of `GET /api/v1/topics`; an empty one where none was made yet."""
    async with ledger.reading() as connection:
        found = await read_survey(connection, arena)
    if found is None:
        return {"arena": arena, "made_at": None, **NOTHING}
    return {"arena": arena, "made_at": found.made_at, **found.topics}
