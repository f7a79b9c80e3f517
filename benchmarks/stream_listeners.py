"""People who open battles and listen, for `streams.py`; prints what they heard as JSON.

Arguments: the server's address, how many people, seconds over which they come, and seconds after
which those who were refused stop asking again.
"""

import asyncio
import json
import re
import sys
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import urlsplit

import uvloop

FRAME = re.compile(rb'event: frame\ndata: \{"side":"(.)".*?"text":"(?:<([\d.]+)>)?')
CREATED, FULL = 201, 503
QUESTION = json.dumps({"message": {"parts": [{"type": "text", "text": "Go on."}]}}).encode()


@dataclass
class Heard:
    """What all of them heard, in seconds and counts."""

    gaps: list[float] = field(default_factory=list)
    added: list[float] = field(default_factory=list)
    body_bytes: int = 0
    finished: int = 0
    refused: int = 0
    refused_without_retry_after: int = 0
    errors: list[str] = field(default_factory=list)


class Listener(asyncio.Protocol):
    """One open event stream."""

    def __init__(self, heard: Heard, ended: asyncio.Future[None]) -> None:
        self._heard, self._ended = heard, ended
        self._rest = b""
        self._last: dict[bytes, float] = {}
        self._done = False

    def data_received(self, data: bytes) -> None:
        """Note when each side's frames come."""
        now = monotonic()
        self._heard.body_bytes += len(data)
        whole, blank, self._rest = (self._rest + data).rpartition(b"\n\n")
        for match in FRAME.finditer(whole + blank):
            side, sent = match.groups()
            if sent is not None:
                self._heard.added.append(now - float(sent))
            if side in self._last:
                self._heard.gaps.append(now - self._last[side])
            self._last[side] = now
        self._done = self._done or b'"state":"votable"' in whole
        if self._done and not self._ended.done():
            self._ended.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # the protocol's shape
        """Say that it is over."""
        if not self._ended.done():
            self._ended.set_exception(ConnectionError("the stream ended before the turn"))


async def ask(host: str, port: int) -> tuple[int, dict[str, str], bytes]:
    """Open a battle; return status, headers and body."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(
        b"POST /api/v1/battles HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
        b"Connection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(QUESTION), QUESTION)
    )
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    first, *lines = head.decode().split("\r\n")
    fields = dict(
        line.lower().split(": ", 1) if "cookie" not in line else line.split(": ", 1)
        for line in lines
    )
    return int(first.split()[1]), fields, body


async def attend(heard: Heard, host: str, port: int, *, wait: float, patience: float) -> None:
    """Come, ask until admitted, and listen to the end."""
    await asyncio.sleep(wait)
    answer = await ask_until_admitted(heard, host, port, patience)
    if answer is None:
        return
    status, fields, body = answer
    if status != CREATED:
        heard.errors.append(f"{status}: {body[:200]!r}")
        return
    battle = json.loads(body[body.index(b"{") : body.rindex(b"}") + 1])["id"]
    cookie = fields["set-cookie"].split(";")[0]
    try:
        await listen(heard, host, port, f"/api/v1/battles/{battle}/events", cookie)
        heard.finished += 1
    except ConnectionError as error:
        heard.errors.append(str(error))


async def ask_until_admitted(
    heard: Heard, host: str, port: int, patience: float
) -> tuple[int, dict[str, str], bytes] | None:
    """Ask again after each refusal, as long as there is patience."""
    until = monotonic() + patience
    while True:
        answer = await ask(host, port)
        if answer[0] != FULL:
            return answer
        heard.refused += 1
        heard.refused_without_retry_after += "retry-after" not in answer[1]
        if monotonic() > until:
            return None
        await asyncio.sleep(float(answer[1].get("retry-after", 5)))


async def listen(heard: Heard, host: str, port: int, path: str, cookie: str) -> None:
    """Hold an event stream open until its turn ends."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    transport, _ = await loop.create_connection(lambda: Listener(heard, ended), host, port)
    transport.write(f"GET {path} HTTP/1.1\r\nHost: t\r\nCookie: {cookie}\r\n\r\n".encode())
    try:
        await ended
    finally:
        transport.close()


async def main(address: str, people: int, over: float, patience: float) -> None:
    """Let everybody come, and print what they heard."""
    host, port = urlsplit(address).hostname or "", urlsplit(address).port or 80
    heard = Heard()
    started = monotonic()
    await asyncio.gather(
        *(
            attend(heard, host, port, wait=number * over / people, patience=patience)
            for number in range(people)
        )
    )
    print(json.dumps(vars(heard) | {"wall_s": monotonic() - started}))


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])))
