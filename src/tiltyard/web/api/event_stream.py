"""Server-sent events on the wire: how an event is written, and a response made of them."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from tiltyard.arena.events import Event, Frame, Numbered, Problem, SideDone, TurnDone, Working

NAMES: dict[type[Event], str] = {
    Frame: "frame",
    Problem: "problem",
    SideDone: "side_done",
    TurnDone: "turn_done",
    Working: "working",
}
BEGINNING = b"retry: 2000\n\n"
"""Milliseconds until a browser takes up a stream that broke; also opens it through proxies."""


def encode(numbered: Numbered) -> bytes:
    """Write an event. A sign of work is no place to come back to, so it has no id."""
    number, event = numbered
    data = _frame_data(event) if isinstance(event, Frame) else _json(asdict(event))
    place = "" if isinstance(event, Working) else f"id: {number}\n"
    return f"event: {NAMES[type(event)]}\ndata: {data}\n{place}\n".encode()


def _frame_data(frame: Frame) -> str:
    # Thousands of these go out each second: written by hand they cost a fifth.
    return (
        f'{{"side":"{frame.side}","turn":{frame.turn},"attempt":{frame.attempt},'
        f'"offset":{frame.offset},"text":{_json(frame.text)}}}'
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class EventStream(Response):
    """Tell events as they come, at the speed of whoever listens, and stop when they have left.

    Parameters
    ----------
    events
        Closed in any case, so that whoever counts the followers counts right.
    """

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[Numbered]) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell the events until they end or the listener leaves."""
        del scope
        telling = asyncio.ensure_future(self._tell(send))
        leaving = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait((telling, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            telling.cancel()
            await asyncio.wait((telling, leaving))
        if not telling.cancelled():
            telling.result()

    async def _tell(self, send: Send) -> None:
        async with aclosing(self._events) as events:
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            await send(_body(BEGINNING))
            async for numbered in events:
                await send(_body(encode(numbered)))
            await send(_body(b"", more=False))


def _body(body: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
