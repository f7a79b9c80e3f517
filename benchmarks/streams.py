"""Stream battles from one server core: how even the frames come, how soon the first, at what cost.

Everything is real: the server is `tiltyard serve` on its own core with a SQLite ledger, the
provider speaks OpenAI's protocol over sockets, and people hold event streams open over sockets;
these two share the other core. Where the system lets it, all of them run before other programs.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
SERVER_CORE, OTHER_CORE = "0", str((os.cpu_count() or 1) - 1)
TURNS, RATE, SECONDS, COMING_S = 150, 30, 60, 15
HEAD = (
    "| double streams asked for | answered | refused with 503 | gap between frames: median, p99 "
    "| first word later than the provider's: median, p99 | errors | server CPU | server memory |"
)
NOTE = (
    f"One server core, SQLite; every answer is {RATE * SECONDS:,} words, {RATE} a second on each "
    f"side. People come within {COMING_S} seconds; who is refused asks again after `Retry-After`, "
    f"for a minute. The server takes on {TURNS} turns (`TILTYARD_LIVE_TURNS`). Server, "
    "provider and people run before other programs (real-time priority, where the system gives "
    "it). Times are milliseconds, measured where the bytes arrive. CPU is the server's share of "
    "its core from the first question to the last word, in brackets per word sent; memory is the "
    "server's peak."
)


@dataclass(frozen=True)
class Server:
    """A running server."""

    base: str
    pid: int

    def cpu_s(self) -> float:
        """CPU seconds so far, user and system."""
        fields = (
            Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        )
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_mb(self) -> float:
        """Peak resident memory."""
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines()
        (peak,) = (line for line in lines if line.startswith("VmHWM"))
        return int(peak.split()[1]) / 1024


def report() -> str:
    """Measure and write the table."""
    put_first()
    rows = [_row(people, _measure(people)) for people in (TURNS, 4 * TURNS)]
    return (
        "\n".join(
            ["# Streaming battles from one core", "", NOTE, "", HEAD, "|---" * 8 + "|", *rows]
        )
        + "\n"
    )


def put_first() -> None:
    """Run before other programs, where the system lets us: children inherit it."""
    with suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def _row(people: int, heard: dict[str, Any]) -> str:
    gaps, added = (1000 * np.array(heard[name]) for name in ("gaps", "added"))
    words = 2 * RATE * SECONDS * heard["finished"]
    errors = len(heard["errors"]) + heard["refused_without_retry_after"]
    cells = [
        f"{people}",
        f"{heard['finished']}",
        f"{heard['refused']:,}",
        "{:.0f}, {:.0f}".format(*np.percentile(gaps, [50, 99])),
        "{:.0f}, {:.0f}".format(*np.percentile(added, [50, 99])),
        f"{errors}",
        f"{heard['cpu_s'] / heard['wall_s']:.0%} ({1e6 * heard['cpu_s'] / words:.0f} µs)",
        f"{heard['peak_mb']:.0f} MB",
    ]
    return f"| {' | '.join(cells)} |"


def _measure(people: int) -> dict[str, Any]:
    with (
        tempfile.TemporaryDirectory() as directory,
        _provider() as port,
        _server(Path(directory), port) as server,
    ):
        before = server.cpu_s()
        script = [HERE / "stream_listeners.py", server.base, people, COMING_S, SECONDS]
        heard: dict[str, Any] = json.loads(_output(OTHER_CORE, sys.executable, *script))
        return heard | {"cpu_s": server.cpu_s() - before, "peak_mb": server.peak_mb()}


def _output(core: str, *command: object) -> str:
    return subprocess.run(_on(core, *command), stdout=subprocess.PIPE, text=True, check=True).stdout


def _on(core: str, *command: object) -> list[str]:
    return ["taskset", "-c", core, *map(str, command)]


@contextmanager
def _provider() -> Iterator[str]:
    command = _on(OTHER_CORE, sys.executable, HERE / "stream_provider.py", RATE * SECONDS, RATE)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101  # it is piped
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@contextmanager
def _server(directory: Path, port: str) -> Iterator[Server]:
    catalogue = directory / "contestants.toml"
    catalogue.write_text("".join(_card(name, port) for name in ("one", "two")), encoding="utf-8")
    tiltyard = Path(sys.executable).with_name("tiltyard")
    options = ("--data", directory, "--contestants", catalogue, "--port", "0")
    environment = os.environ | {
        "TILTYARD_LIVE_TURNS": str(TURNS),
        "TILTYARD_BATTLES_PER_MINUTE": "0",
        "PYTHONUNBUFFERED": "1",
    }
    command = _on(SERVER_CORE, tiltyard, "serve", *options)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None  # noqa: S101  # it is piped
            line = next(line for line in process.stdout if "http://" in line)
            yield Server(line[line.index("http://") :].strip(), process.pid)
        finally:
            process.kill()


def _card(name: str, port: str) -> str:
    return f"""
[[contestant]]
id = "{name}"
name = "{name}"
organisation = "Benchmark"
licence = "none"
adapter = "openai_chat"
model = "{name}"
base_url = "http://127.0.0.1:{port}/v1"
"""


if __name__ == "__main__":
    print(report(), end="")
