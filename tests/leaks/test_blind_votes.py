"""A vote that stays blind moves nothing that everybody can see, until the names are revealed."""

from pathlib import Path

import aiohttp
import pytest

from leaks.test_names import public_lists
from polling import until
from serving import API, ask, follow, serving, vote, voter
from tiltyard.arena.definition import ArenaDefinition, built_in_definition

pytestmark = pytest.mark.anyio


def a_vote_on_every_turn() -> ArenaDefinition:
    text = built_in_definition("text")
    return text.model_copy(update={"vote": text.vote.model_copy(update={"per": "turn"})})


async def vote_blind(session: aiohttp.ClientSession, battle: str, key: str) -> None:
    ballot, headers = {"outcome": "a", "reveal": False}, {"Idempotency-Key": key}
    path = f"{API}/battles/{battle}/vote"
    async with session.put(path, json=ballot, headers=headers) as response:
        assert response.status == 200, await response.text()
        assert (await response.json())["reveal"] is None


async def say_more(session: aiohttp.ClientSession, battle: str) -> None:
    message = {"message": {"parts": [{"type": "text", "text": "And at dusk?"}]}}
    async with session.post(f"{API}/battles/{battle}/turns", json=message) as response:
        assert response.status == 201, await response.text()
    await follow(session, battle)


async def votes_on_the_board(session: aiohttp.ClientSession) -> int:
    async with session.get(f"{API}/boards/text/overall") as response:
        return int((await response.json())["votes"])


async def somebody_votes(base: str) -> None:
    """Vote and reveal: whatever was voted before is on the board when this is."""
    async with voter(base) as somebody:
        battle = (await ask(somebody))["id"]
        await follow(somebody, battle)
        async with await vote(somebody, battle) as response:
            assert response.status == 200


@pytest.mark.parametrize("way", ["vote", "give_up"])
async def test_a_blind_vote_is_on_no_public_list_before_the_reveal(
    tmp_path: Path, way: str
) -> None:
    definition = a_vote_on_every_turn()
    async with serving(tmp_path, definition=definition) as base, voter(base) as ann:
        before = await public_lists(ann)
        battle = (await ask(ann))["id"]
        await follow(ann, battle)
        await vote_blind(ann, battle, "1")
        await say_more(ann, battle)
        await vote_blind(ann, battle, "2")
        await say_more(ann, battle)
        assert await public_lists(ann) == before
        await somebody_votes(base)

        async def published() -> int:
            return await votes_on_the_board(ann)

        assert await until(published) == 1, "the two blind votes were counted with the other"
        if way == "vote":
            async with await vote(ann, battle, key="3") as response:
                assert response.status == 200
        else:
            async with ann.post(f"{API}/battles/{battle}/give_up") as response:
                assert response.status == 200

        async def all_counted() -> bool:
            return await votes_on_the_board(ann) == (4 if way == "vote" else 3)

        assert await until(all_counted)
