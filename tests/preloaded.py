"""Commands in processes of their own that need not import everything anew.

A process that has imported the whole of Tiltyard, and done nothing else, forks for each command: a
hundred commands cost what one costs to start.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from threading import Lock
from typing import TextIO

_forks = get_context("forkserver")
_forks.set_forkserver_preload(["tiltyard.cli", "tiltyard.web.server", "tiltyard.worker.once"])
_looking = Lock()
"""How a process ended can be read once, and whoever starts one looks at all the others."""


def run_preloaded(
    arguments: Sequence[str], environment: Mapping[str, str], out: Path, err: Path, within_s: float
) -> int:
    """Run a command to its end, its output in two files; give its exit code.

    Raises
    ------
    TimeoutError
        When it takes longer.
    """
    process = _forks.Process(target=_command, args=(arguments, environment, Path.cwd(), out, err))
    process.start()
    process.join(within_s)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise TimeoutError(f"tiltyard {' '.join(arguments)} took longer than {within_s} s.")
    return process.exitcode


class Preloaded:
    """A command that goes on, as `subprocess.Popen` would give it.

    Parameters
    ----------
    err
        The file of what it logs; the tests' own stream where none is given.
    """

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], err: Path | None
    ) -> None:
        reader, writer = Pipe(duplex=False)
        given = (arguments, environment, Path.cwd(), writer, err)
        self._process: ForkServerProcess = _forks.Process(target=_command, args=given)
        with _looking:
            self._process.start()
        writer.close()
        self.stdout: TextIO = os.fdopen(os.dup(reader.fileno()))
        reader.close()

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether it has."""
        return self._exitcode() is not None

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if not self.ended:
            os.kill(self.pid, number)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; give its exit code, or less than nothing for a signal.

        Raises
        ------
        TimeoutError
            When it takes longer.
        """
        wait([self._process.sentinel], timeout)
        code = self._exitcode()
        if code is None:
            raise TimeoutError(f"Process {self.pid} did not end within {timeout} s.")
        return code

    def _exitcode(self) -> int | None:
        with _looking:
            return self._process.exitcode


def _command(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    here: Path,
    out: Path | Connection,
    err: Path | None,
) -> None:
    from tiltyard.cli import main  # noqa: PLC0415  # already imported where this runs

    os.chdir(here)
    os.environ.clear()
    os.environ.update(environment)
    _put(out, 1)
    if err is not None:
        _put(err, 2)
    sys.argv = ["tiltyard", *arguments]
    main(arguments)


def _put(place: Path | Connection, target: int) -> None:
    """Let what is written to a stream go to another place."""
    if isinstance(place, Path):
        file = os.open(place, os.O_WRONLY | os.O_CREAT)
        os.dup2(file, target)
        os.close(file)
    else:
        os.dup2(place.fileno(), target)
        place.close()
