"""Run the application on a socket."""

import errno
import os
import socket
from collections.abc import Callable
from typing import ClassVar

import uvicorn
import uvloop

from tiltyard.errors import TiltyardError
from tiltyard.web.app import create_app
from tiltyard.web.installation import Installation
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


class Server(uvicorn.Server):
    """Serves an installation that is running.

    Asked to stop, it first ends every stream, so that open tabs do not hold it up.
    """

    def __init__(self, installation: Installation) -> None:
        super().__init__(
            uvicorn.Config(
                create_app(installation),
                lifespan="off",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=DRAIN_S,
                server_header=False,
            )
        )
        self._installation = installation

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then the connections."""
        self._installation.arena.end_streams()
        await super().shutdown(sockets)


async def run(
    installation: Installation, taken: socket.socket, *, announce: Callable[[], None]
) -> None:
    """Run an installation and serve it until asked to stop.

    Parameters
    ----------
    installation
        What to serve.
    taken
        A bound socket.
    announce
        Called once, when requests are about to be answered.

    Raises
    ------
    TiltyardError
        When the installation cannot run.
    """
    async with installation.running():
        announce()
        await Server(installation).serve(sockets=[taken])


def serve(
    installation: Installation, taken: socket.socket, *, announce: Callable[[], None]
) -> None:
    """Configure the logs, then :func:`run` on the fast event loop."""
    configure_logs()
    uvloop.run(run(installation, taken, announce=announce))


def _why(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is in use by another program: "
            "stop it, or choose another with --port."
        )
    if isinstance(error, socket.gaierror):
        return f"There is no address {host!r} on this machine: choose another with --host."
    reason = os.strerror(error.errno) if error.errno else str(error)
    return (
        f"Tiltyard cannot listen on {host}:{port}: {reason}. Choose another with --host and --port."
    )
