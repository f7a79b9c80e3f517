"""A wire between a browser and a server that keeps every byte the server sends."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

CHUNK = 65_536


@dataclass
class Wiretap:
    """What came over the wire, in the order of connections.

    Attributes
    ----------
    address
        Where the browser connects instead of the server.
    """

    address: str = ""
    _heard: list[bytearray] = field(default_factory=list)

    @property
    def heard(self) -> bytes:
        return b"\n".join(bytes(connection) for connection in self._heard)

    def connection(self) -> bytearray:
        self._heard.append(bytearray())
        return self._heard[-1]


async def _pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray | None
) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(CHUNK):
            if kept is not None:
                kept += data
            writer.write(data)
            await writer.drain()
    with suppress(ConnectionError):
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def tapped(base: str) -> AsyncGenerator[Wiretap]:
    """Listen in on everything that the server at `base` answers."""
    tap, target = Wiretap(), urlsplit(base)
    wires: set[asyncio.Task[None]] = set()

    async def connect(near: asyncio.StreamReader, browser: asyncio.StreamWriter) -> None:
        wires.add(cast("asyncio.Task[None]", asyncio.current_task()))
        far, server = await asyncio.open_connection(target.hostname, target.port)
        kept = tap.connection()
        await asyncio.gather(_pass_on(near, server, None), _pass_on(far, browser, kept))

    listener = await asyncio.start_server(connect, "127.0.0.1", 0)
    host, port = listener.sockets[0].getsockname()
    tap.address = f"http://{host}:{port}"
    async with listener:
        yield tap
        await asyncio.gather(*wires)
