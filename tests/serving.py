"""A Tiltyard server in the test's own event loop, over a real socket."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp

from ledger_tables import lay_tables
from leftovers import no_task_left
from tiltyard.arena.definition import ArenaDefinition
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.catalogue import Catalogue
from tiltyard.contestants.demo import demo_catalogue
from tiltyard.contestants.embedding_model import EmbeddingModel
from tiltyard.web.installation import install
from tiltyard.web.server import Server, address, bind
from tiltyard.web.settings import Settings

API = "/api/v1"
NO_LIMITS = {"battles_per_minute": 0, "images_per_minute": 0}
"""A test is one address, and in a hurry."""


@asynccontextmanager
async def serving(
    data: Path,
    *contestants: Contestant,
    definition: ArenaDefinition | None = None,
    pace: float = 0,
    examples: bool = False,
    database_url: str | None = None,
    arenas: str = "text",
    settings: Mapping[str, object] = NO_LIMITS,
    embedding_models: Sequence[EmbeddingModel] = (),
) -> AsyncGenerator[str]:
    """Serve these contestants, or the demo ones answering at once; give the address."""
    given = {"data": data, "refresh_s": 0.05, "drain_s": 0, "database_url": database_url}
    chosen = Settings.model_validate(given | {"arenas": arenas} | NO_LIMITS | dict(settings))
    who = contestants or demo_catalogue().contestants
    catalogue = Catalogue(who, "the test", tuple(embedding_models))
    definitions = None if definition is None else [definition]
    await lay_tables(chosen.ledger)
    installation = install(chosen, catalogue, definitions=definitions, pace=pace, examples=examples)
    with bind("127.0.0.1", 0) as taken:
        async with no_task_left(), installation.running(address(taken)):
            server = Server(installation)
            serve = asyncio.create_task(server.serve(sockets=[taken]))
            try:
                yield address(taken)
            finally:
                server.should_exit = True
                await serve


@asynccontextmanager
async def voter(base: str) -> AsyncGenerator[aiohttp.ClientSession]:
    """A browser: a session that keeps its cookie."""
    jar = aiohttp.CookieJar(unsafe=True)  # aiohttp otherwise keeps none for an IP address
    async with aiohttp.ClientSession(base, cookie_jar=jar) as session:
        yield session


async def get(session: aiohttp.ClientSession, path: str, status: int = 200) -> dict[str, Any]:
    """Read what the interface answers."""
    async with session.get(f"{API}/{path}") as response:
        assert response.status == status, await response.text()
        body: dict[str, Any] = await response.json()
        return body


async def page(session: aiohttp.ClientSession, path: str, status: int = 200) -> str:
    """Read a page."""
    async with session.get(path) as response:
        assert response.status == status, path
        return await response.text()


async def ask(
    session: aiohttp.ClientSession,
    text: str = "Why is the sky blue?",
    *,
    arena: str = "text",
    images: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """Open a battle; images as `send_image` gave them."""
    pictures = [{"type": "image", "data": image} for image in images]
    body = {
        "arena": arena,
        "mode": "battle",
        "message": {"parts": [{"type": "text", "text": text}, *pictures]},
    }
    async with session.post(f"{API}/battles", json=body) as response:
        assert response.status == 201, await response.text()
        battle: dict[str, Any] = await response.json()
        return battle


async def send_image(
    session: aiohttp.ClientSession, data: bytes, media_type: str = "image/png", **query: str
) -> aiohttp.ClientResponse:
    """Send an image for a message."""
    headers = {"Content-Type": media_type}
    return await session.post(f"{API}/images", data=BytesIO(data), headers=headers, params=query)


async def follow(session: aiohttp.ClientSession, battle: str, *, after: int = 0) -> bytes:
    """Read the events of a turn to their end, as they come over the wire."""
    headers = {"Last-Event-ID": str(after)} if after else {}
    async with session.get(f"{API}/battles/{battle}/events", headers=headers) as response:
        assert response.status == 200, await response.text()
        assert response.content_type == "text/event-stream"
        return await response.read()


async def vote(
    session: aiohttp.ClientSession,
    battle: str,
    outcome: str = "a",
    key: str = "key",
    **more: object,
) -> aiohttp.ClientResponse:
    """Vote."""
    return await session.put(
        f"{API}/battles/{battle}/vote",
        json={"outcome": outcome, **more},
        headers={"Idempotency-Key": key},
    )
