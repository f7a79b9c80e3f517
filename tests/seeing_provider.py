"""A provider behind a real socket that remembers what it was shown."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from loopback import on_loopback
from tiltyard.contestants.card import Contestant


@dataclass
class SeeingProvider:
    """Where it is, and the messages of every request so far."""

    base_url: str = ""
    seen: list[list[dict[str, Any]]] = field(default_factory=list)
    models: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Remember, and answer with a few words."""
        body = await request.json()
        self.seen.append(body["messages"])
        self.models.append(body["model"])
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for delta in ({"content": "I see "}, {"content": "it."}):
            chunk = {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
            await response.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        await response.write(b"data: [DONE]\n\n")
        return response

    def card(self, model: str, *accepts: str) -> Contestant:
        """A contestant behind it that accepts these parts."""
        return Contestant.model_validate(
            {
                "id": model,
                "name": model,
                "organisation": "Test works",
                "licence": "none",
                "adapter": "openai_chat",
                "model": model,
                "base_url": self.base_url,
                "accepts": accepts or ("text", "image"),
            }
        )


@asynccontextmanager
async def seeing_provider() -> AsyncGenerator[SeeingProvider]:
    """Serve until the end."""
    provider = SeeingProvider()
    app = web.Application(client_max_size=100_000_000)
    app.router.add_post("/v1/chat/completions", provider.answer)
    async with on_loopback(app) as address:
        provider.base_url = f"{address}/v1"
        yield provider
