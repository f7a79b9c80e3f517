"""Nothing that is sent before the vote says who is answering."""

import asyncio
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import aiohttp
import pytest
from PIL.PngImagePlugin import PngInfo

from leaks.telltale_provider import TELLTALE, TOKENS_BEGIN, telltale_contestants
from leaks.wiretap import tapped
from pictures import picture
from serving import API, ask, follow, serving, vote, voter
from tiltyard.contestants.card import Contestant, Status

PEOPLE, BATTLES = 10, 8
PAGES = ("/", "/leaderboard", "/exposure", "/register")
NOBODY = "00000000-0000-4000-8000-000000000000"
COUNTED = re.compile(rb'"counted_at":"[^"]*"')
PAINTED = PngInfo()
PAINTED.add_text("Comment", f"{TELLTALE} in a picture")


async def get(session: aiohttp.ClientSession, path: str) -> bytes:
    async with session.get(path) as response:
        assert response.status < 500, path
        return await response.read()


async def public_lists(session: aiohttp.ClientSession) -> dict[str, bytes]:
    """Read what is public by design. It may name contestants, but not change with a battle."""
    async with session.get(f"{API}/openapi.json") as response:
        known_paths = (await response.json())["paths"]
    listed = [
        path for path, calls in known_paths.items() if "get" in calls and "battles" not in path
    ]
    known = {"{arena}": "text", "{slice_name}": "overall"}
    for name, value in known.items():
        listed = [path.replace(name, value) for path in listed]
    fixed = [path for path in listed if "{" not in path and path not in {"/readyz", "/healthz"}]
    assert len(fixed) >= 5
    paths = (*fixed, *PAGES, "/boards/text/overall")
    return {path: COUNTED.sub(b"", await get(session, path)) for path in paths}


async def other_requests(session: aiohttp.ClientSession, battle: str) -> None:
    """Ask everything one can ask of a battle, rightly and wrongly."""
    here = f"{API}/battles/{battle}"
    message = {"message": {"parts": [{"type": "text", "text": "And at dusk?"}]}}
    page = f"/battles/{battle}"
    for path in (here, f"{API}/battles", page, f"{page}/forget", "/your-data"):
        await get(session, path)
    await get(session, "/operations/endpoints")
    for path, body in ((f"{here}/turns", message), (f"{here}/retry", {}), (f"{here}/stop", {})):
        async with session.post(path, json=body) as response:
            await response.read()
    await follow(session, battle)
    async with session.put(f"{here}/vote", json={"outcome": f"{TELLTALE}"[:2]}) as response:
        await response.read()
    async with await vote(session, NOBODY) as response:
        await response.read()


async def pictured(session: aiohttp.ClientSession) -> list[dict[str, object]]:
    """Send a picture that says too much, and make it part of a message."""
    body, kind = picture(pnginfo=PAINTED), {"Content-Type": "image/png"}
    async with session.post(f"{API}/images?arena=vision", data=body, headers=kind) as response:
        assert response.status == 201, await response.text()
        image = await response.json()
    await get(session, image.pop("url"))
    return [{"type": "text", "text": "What is this?"}, {"type": "image", "data": image}]


async def seen_battle(session: aiohttp.ClientSession) -> None:
    body = {"arena": "vision", "mode": "battle", "message": {"parts": await pictured(session)}}
    async with session.post(f"{API}/battles", json=body) as response:
        assert response.status == 201, await response.text()
        battle: str = (await response.json())["id"]
    await follow(session, battle)
    await other_requests(session, battle)


async def blind_battle(session: aiohttp.ClientSession) -> str:
    """Hold a battle with everything but its vote."""
    battle: str = (await ask(session))["id"]
    await follow(session, battle)
    async with session.get(f"{API}/battles/{battle}") as response:
        broken = (await response.json())["state"] == "broken"
    if broken:
        async with await vote(session, battle, key=battle) as refused:
            assert refused.status == 409, await refused.text()
    await other_requests(session, battle)
    return battle


async def one_person(base: str) -> None:
    async with voter(base) as session:
        for _ in range(BATTLES):
            await blind_battle(session)
        for _ in range(BATTLES // 4):
            await seen_battle(session)


async def one_voter(base: str) -> None:
    """Hold battles until a vote reveals two contestants of whom both names may be known."""
    async with voter(base) as session:
        revealed: Sequence[str] = ()
        while len(revealed) < 2 or any("alias" in id_ for id_ in revealed):
            battle = await blind_battle(session)
            async with await vote(session, battle, key=battle) as response:
                reveal = (await response.json()).get("reveal", {})
                revealed = [side["id"] for side in reveal.values()]


def tells(card: Contestant) -> Iterator[str]:
    """Everything by which a contestant could be recognised."""
    yield from (card.id, card.name, card.organisation, card.model, card.version)
    yield from (f"{TELLTALE}-reason", TOKENS_BEGIN)
    yield from ("duration", "first_text_ms", "_tokens", "stop_reason", "cost_usd")


def told(heard: bytes, cards: Iterable[Contestant]) -> set[str]:
    return {tell for card in cards for tell in tells(card) if tell.lower().encode() in heard}


@pytest.mark.anyio
async def test_no_byte_before_the_vote_says_who_is_answering(tmp_path: Path) -> None:
    arenas = "text,vision"
    async with telltale_contestants() as cards, serving(tmp_path, *cards, arenas=arenas) as base:
        async with voter(base) as stranger:
            before = await public_lists(stranger)
        async with tapped(base) as tap:
            await asyncio.gather(*(one_person(tap.address) for _ in range(PEOPLE)))
        heard = tap.heard.lower()
        assert heard.count(b"http/1.1 201") >= PEOPLE * BATTLES
        assert b"light scatters." in heard
        assert told(heard, cards) == set()
        assert TELLTALE.lower().encode() not in heard, "ids, headers and codes of providers too"
        async with voter(base) as stranger:
            assert await public_lists(stranger) == before
        async with tapped(base) as tap:
            await one_voter(tap.address)
        heard = tap.heard.lower()
        assert len(told(heard, cards)) >= 6  # the vote does say it: the ear works
        previews = [card for card in cards if card.status is Status.PREVIEW]
        assert told(heard, previews) == set()  # of whom even the vote says the alias only
