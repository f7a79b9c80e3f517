"""Run the application on a socket."""

import errno
import os
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import ClassVar

import uvicorn
from fastapi import FastAPI

from tiltyard.errors import TiltyardError
from tiltyard.web.logs import configure_logs

DRAIN_S = 5
"""How long open streams may go on after the server was asked to stop."""


class AddressError(TiltyardError):
    """The server cannot listen where it was asked to."""

    title: ClassVar[str] = "The address cannot be used"


def bind(host: str, port: int) -> socket.socket:
    """Take a port before anything else starts; port 0 takes any free one.

    Raises
    ------
    AddressError
        When somebody else has it, or it may not be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
        taken.listen()  # who comes before the server is ready waits, and is not refused
    except OSError as error:
        taken.close()
        raise AddressError(_why(host, port, error)) from error
    return taken


def address(taken: socket.socket) -> str:
    """Say where a bound socket is reached."""
    host, port = taken.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(app: FastAPI, taken: socket.socket, *, announce: Callable[[], None]) -> None:
    """Serve until asked to stop.

    Parameters
    ----------
    app
        The application.
    taken
        A bound socket.
    announce
        Called once, when the first request can be answered.
    """
    configure_logs()
    config = uvicorn.Config(
        _announcing(app, announce),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=DRAIN_S,
        server_header=False,
    )
    uvicorn.Server(config).run(sockets=[taken])


def _announcing(app: FastAPI, announce: Callable[[], None]) -> FastAPI:
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with inner(app):
            announce()
            yield

    app.router.lifespan_context = lifespan
    return app


def _why(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is in use by another program: "
            "stop it, or choose another with --port."
        )
    reason = os.strerror(error.errno) if error.errno else str(error)
    return (
        f"Tiltyard cannot listen on {host}:{port}: {reason}. Choose another with --host and --port."
    )
