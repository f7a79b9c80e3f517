"""A provider that says 30 words a second on every stream, for `streams.py`; prints its port.

Raw protocol, so that it takes little of the core it shares with the listeners. The first word of a
stream is the time it was sent, on the clock that all processes of a machine share.
"""

import asyncio
import json
import re
import sys
from time import monotonic
from typing import cast

import uvloop

HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
)
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
CHUNK = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def event(choices: list[object], **more: object) -> bytes:
    """Write a chunk of a completion as a chunk of HTTP."""
    data = f"data: {json.dumps(CHUNK | {'choices': choices} | more)}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(data), data)


def said(word: str) -> bytes:
    """Write one word."""
    return event([{"index": 0, "delta": {"content": word}, "finish_reason": None}])


WORD = said(" word")
END = (
    event([{"index": 0, "delta": {}, "finish_reason": "stop"}])
    + event([], usage={"prompt_tokens": 1, "completion_tokens": 1})
    + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"
)


class Stream(asyncio.Protocol):
    """One answer: a word every `1 / rate` seconds, as many as asked for."""

    def __init__(self, words: int, rate: float) -> None:
        self._left, self._step = words, 1 / rate
        self._heard = bytearray()
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # the protocol's shape
        """Say no more."""
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Begin when the whole question is there."""
        self._heard += data
        head, blank, body = self._heard.partition(b"\r\n\r\n")
        length = next(
            (n for n in head.lower().split(b"\r\n") if n.startswith(b"content-length")), b""
        )
        if blank and length and len(body) >= int(length.partition(b":")[2]) and not self._timer:
            self._transport.write(HEAD + said(f"<{monotonic():.4f}>"))
            self._due = self._loop.time()
            self._next()

    def _next(self) -> None:
        self._due += self._step
        self._timer = self._loop.call_at(self._due, self._speak)

    def _speak(self) -> None:
        self._left -= 1
        if self._left > 0:
            self._transport.write(WORD)
            self._next()
        else:
            self._transport.write(END)
            self._transport.close()


async def main(words: int, rate: float) -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(
        lambda: Stream(words, rate), "127.0.0.1", 0, backlog=4096
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), float(sys.argv[2])))
