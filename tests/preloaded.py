"""Commands in processes of their own that need not import everything anew.

A process that has imported the whole of Tiltyard, and done nothing else, forks for each command: a
hundred commands cost what one costs to start.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path

_forks = get_context("forkserver")
_forks.set_forkserver_preload(["tiltyard.cli", "tiltyard.web.server", "tiltyard.worker.once"])


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


def _command(
    arguments: Sequence[str], environment: Mapping[str, str], here: Path, out: Path, err: Path
) -> None:
    from tiltyard.cli import main  # noqa: PLC0415  # already imported where this runs

    os.chdir(here)
    os.environ.clear()
    os.environ.update(environment)
    for path, target in ((out, 1), (err, 2)):
        file = os.open(path, os.O_WRONLY)
        os.dup2(file, target)
        os.close(file)
    sys.argv = ["tiltyard", *arguments]
    main(arguments)
