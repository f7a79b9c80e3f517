"""Run the application on a socket."""

import asyncio
import errno
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import ClassVar

import uvicorn
import uvloop

from tiltyard.errors import TiltyardError
from tiltyard.web.app import create_app
from tiltyard.web.installation import Installation
from tiltyard.web.logs import configure_logs

CLOSING_S = 5
"""How long open connections may go on once every turn has ended."""
STUCK_S = 60
"""How long a reader may take nothing at all before the connection is given up."""
HURRY_S = 0.1
"""How soon a second request to stop is heard."""
TURN_S = 0.0005
"""How long a thread that computes may go on when the event loop wants its turn. Python's own 5 ms
would be waited after every question to the database while the worker makes boards."""

WILDCARDS = {"0.0.0.0", "::"}  # noqa: S104  # compared with, not listened on


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
    _give_up_stuck_readers(taken)
    try:
        taken.bind((host, port))
        taken.listen()  # who comes before the server is ready waits, and is not refused
    except OSError as error:
        taken.close()
        raise AddressError(_why(host, port, error)) from error
    return taken


def _give_up_stuck_readers(taken: socket.socket) -> None:
    """Let the system close connections whose other end takes nothing; accepted ones inherit it."""
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STUCK_S * 1000)


def keep_collections_short() -> None:
    """Let the collector of reference cycles leave alone what stays, and look at the rest rarely.

    A full collection stops all streams for as long as it takes to visit every object: a quarter of
    a second at 150 turns. The words of live turns are many objects in no cycle.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 200)


def address(taken: socket.socket) -> str:
    """Say where a bound socket is reached."""
    host, port = taken.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def reached_at(taken: socket.socket) -> str:
    """Say where other servers reach a bound socket: by this machine's name if it listens to all."""
    host, port = taken.getsockname()[:2]
    return f"http://{socket.gethostname()}:{port}" if host in WILDCARDS else address(taken)


class Server(uvicorn.Server):
    """Serves an installation that is running.

    Asked to stop, it takes on no more turns, lets those that run end, answers everything else
    meanwhile, and then closes. Asked from the keyboard or asked again, it cuts the turns at once.
    """

    def __init__(
        self, installation: Installation, announce: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(
            uvicorn.Config(
                create_app(installation),
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,  # it would believe X-Forwarded-For of anybody on this machine
                timeout_graceful_shutdown=CLOSING_S,
                server_header=False,
            )
        )
        self._installation = installation
        self._announce = announce
        self._hurried = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say that requests are about to be answered, once signals are heard."""
        self._announce()
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop, or hurry."""
        self._hurried = self.should_exit or sig == signal.SIGINT
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Take being asked to stop as a reason to stop well, and not to die of the signal."""
        with super().capture_signals():
            try:
                yield
            finally:
                self._captured_signals.clear()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the turns, then the streams, then the connections."""
        arenas = self._installation.arenas
        draining = asyncio.create_task(arenas.drain(self._installation.settings.drain_s))
        while not draining.done():
            if self._hurried:
                arenas.cut_turns()
            await asyncio.wait((draining,), timeout=HURRY_S)
        arenas.end_streams()
        await self._installation.relay.close()
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
    async with installation.running(installation.settings.address or reached_at(taken)):
        keep_collections_short()
        sys.setswitchinterval(TURN_S)
        await Server(installation, announce).serve(sockets=[taken])


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
