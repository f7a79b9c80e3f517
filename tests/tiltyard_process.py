"""Tiltyard as a process of its own, for tests that kill it or look at it from outside."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from preloaded import Preloaded, run_preloaded

QUICK = {
    "PYTHONUNBUFFERED": "1",
    "TILTYARD_DRAIN_S": "0",
    "TILTYARD_BATTLES_PER_MINUTE": "0",
    "TILTYARD_IMAGES_PER_MINUTE": "0",
}
WITHIN_S = 60
TILTYARD = Path(sys.executable).with_name("tiltyard")


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, in a process that has everything imported."""
    words = [str(argument) for argument in arguments]
    with NamedTemporaryFile("r") as out, NamedTemporaryFile("r") as err:
        files = Path(out.name), Path(err.name)
        code = run_preloaded(words, os.environ | environment, *files, WITHIN_S)
        return subprocess.CompletedProcess(words, code, out.read(), err.read())


def refusal(*arguments: str | Path) -> str:
    """Run a command that cannot do what it is asked to; give the one sentence that says why."""
    finished = run(*arguments)
    assert finished.returncode == 2, finished.stderr
    (sentence,) = finished.stderr.splitlines()
    assert sentence.startswith("Error: ")
    return sentence


def run_installed(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end as a person does: by the program that is installed."""
    return subprocess.run(
        [TILTYARD, *arguments], capture_output=True, text=True, timeout=WITHIN_S, check=False
    )


@contextmanager
def begun(*arguments: str | Path, **environment: str) -> Iterator[Preloaded]:
    """Start a command that ends by itself, with nothing else set; kill it unless it has ended."""
    words = [str(argument) for argument in arguments]
    process = Preloaded(words, environment, None)
    with process.stdout:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


@dataclass(frozen=True)
class Running:
    """A server that is up."""

    base: str
    process: Preloaded | subprocess.Popen[str]

    def kill(self) -> None:
        """Let it die without a chance to say goodbye."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def running(
    *arguments: str | Path, log: Path | None = None, **environment: str
) -> Iterator[Running]:
    """Start a server on a free port, wait until it says where it is, and stop it at the end.

    It runs in a process that has everything imported. What it logs goes to a file where one is
    given.
    """
    words = [*(str(argument) for argument in arguments), "--port", "0"]
    process = Preloaded(words, os.environ | QUICK | environment, log)
    with process.stdout:
        yield from _until_it_ends(process)


@contextmanager
def running_installed(*arguments: str | Path, **environment: str) -> Iterator[Running]:
    """Start a server as a person does: by the program that is installed."""
    with subprocess.Popen(
        [TILTYARD, *arguments, "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | QUICK | environment,
    ) as process:
        yield from _until_it_ends(process)


def _until_it_ends(process: Preloaded | subprocess.Popen[str]) -> Iterator[Running]:
    assert process.stdout is not None
    try:
        line = next(line for line in process.stdout if "http://" in line)
        yield Running(line[line.index("http://") :].strip(), process)
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=30)
    assert code in {0, -signal.SIGKILL}, "it did not end as it should"
