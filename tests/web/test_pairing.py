from pathlib import Path

import pytest

from serving import API, serving, voter
from tiltyard.arena.definition import built_in_definition
from tiltyard.arena.pairing.rules import NeverMeet, PairingRules
from tiltyard.contestants.demo import demo_catalogue

pytestmark = pytest.mark.anyio

BODY = {"arena": "text", "mode": "battle", "message": {"parts": [{"type": "text", "text": "Why?"}]}}


async def test_an_arena_where_nobody_may_meet_says_so_in_one_sentence(tmp_path: Path) -> None:
    everybody = tuple(card.id for card in demo_catalogue().drawable)
    rules = PairingRules(policy="weighted", never_meet=NeverMeet(groups=(everybody,)))
    definition = built_in_definition("text").model_copy(update={"pairing": rules})
    async with serving(tmp_path, definition=definition) as base, voter(base) as ann:
        async with ann.post(f"{API}/battles", json=BODY) as response:
            problem = await response.json()
        assert (response.status, problem["title"]) == (503, "Not enough contestants")
        assert problem["detail"].startswith("No two of the 8 contestants")
        assert response.headers["retry-after"]
