"""A labelling model for tests, on loopback: what it answers depends on the prompt it is shown."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from loopback import on_loopback

GOOD = {"category": ["code"], "hard": ["specificity"], "expert": [], "occupation": []}

Answering = Callable[[str], str | None]
"""Gives the text of an answer to a prompt, None to cut the connection."""


def always_good(_prompt: str) -> str:
    return json.dumps(GOOD)


@dataclass
class LabellingServer:
    """What it was asked, and how it answers."""

    base_url: str = ""
    answering: Answering = always_good
    bodies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def prompts(self) -> list[str]:
        """The prompts it was shown, as data in the last message."""
        return [json.loads(body["messages"][-1]["content"])["message"] for body in self.bodies]

    async def complete(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.bodies.append(body)
        text = self.answering(self.prompts[-1])
        if text is None:
            return web.Response(status=400, text="no")
        said = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": "stop"}]}
        usage = {"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 10}}
        lines = [f"data: {json.dumps(one)}\n\n" for one in (said, usage)]
        return web.Response(
            text="".join([*lines, "data: [DONE]\n\n"]), content_type="text/event-stream"
        )


@asynccontextmanager
async def labelling_server() -> AsyncGenerator[LabellingServer]:
    server = LabellingServer()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.complete)
    async with on_loopback(app) as address:
        server.base_url = f"{address}/v1"
        yield server
