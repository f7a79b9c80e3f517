"""Vote over HTTP as fast as two server processes on one PostgreSQL take it, with fsync on.

Server processes, PostgreSQL and the voters share this machine. Every vote is a PUT with an
idempotency key on a battle of its own; it is counted when its answer, the reveal, has come.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from postgres import PostgresCluster, find_binaries
from tiltyard.contestants.demo import demo_catalogue
from tiltyard.ledger.records import Slot
from tiltyard.web.voter import COOKIE, Voters
from tiltyard.worker.once import work_once
from votable import record_votable, votable_battles

SECRET = "a secret of the benchmark's own"  # noqa: S105  # guards nothing
SERVERS = 2
VOTERS = 200
SLOTS: tuple[Slot, Slot] = ("a", "b")
RUNS = ((8, None), (16, None), (32, None), (16, 500))
"""Connections, and votes a second when they are not sent as fast as they are answered."""
SECONDS = 10.0
MOST = 15_000
"""Votes of one run at most: as many battles are there."""
SETTING = (
    f"{SERVERS} server processes, PostgreSQL with fsync on and the voters share the same "
    f"{os.cpu_count()} cores; {SECONDS:.0f} s a run. CPU is milliseconds a vote."
)
HEAD = (
    "| connections | votes/s | median | p99 | not answered 200 "
    "| CPU servers | CPU PostgreSQL | CPU voters |"
)
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Ballots:
    """What is to be voted on: battles, each with its voter's cookie."""

    requests: Sequence[bytes]


@dataclass(frozen=True)
class Measured:
    """One run: milliseconds of every vote, and seconds of CPU by who used them."""

    waited: Sequence[float]
    seconds: float
    servers: float
    postgres: float
    voters: float
    refused: int


def report() -> str:
    """Measure and write the table."""
    lines = [
        "# Votes over HTTP on PostgreSQL",
        "",
        SETTING,
        "",
        HEAD,
        "|---|---|---|---|---|---|---|---|",
    ]
    binaries = find_binaries()
    if binaries is None:
        message = "The PostgreSQL server was not found."
        raise SystemExit(message)
    with PostgresCluster.running(binaries, fsync=True) as cluster:
        for connections, rate in RUNS:
            with cluster.database(f"votes_{uuid4().hex}") as url:
                measured = _run(cluster, url, connections, rate)
            lines.append(_line(connections, rate, measured))
    return "\n".join(lines) + "\n"


def _line(connections: int, rate: int | None, run: Measured) -> str:
    count = len(run.waited)
    median, p99 = np.percentile(run.waited, (50, 99))
    cpu = (1000 * each / count for each in (run.servers, run.postgres, run.voters))
    paced = f"{connections}, {rate} votes/s sent" if rate else str(connections)
    costs = " | ".join(f"{each:.2f} ms" for each in cpu)
    return (
        f"| {paced} | {count / run.seconds:,.0f} | {median:.0f} ms | {p99:.0f} ms "
        f"| {run.refused} | {costs} |"
    )


def _run(cluster: PostgresCluster, url: str, connections: int, rate: int | None) -> Measured:
    ballots = asyncio.run(_prepare(url))
    with _servers(url) as (ports, processes):
        ids = [process.pid for process in processes]
        before = _cpu(ids), _cpu_below(cluster.postmaster), os.times()
        waited, seconds, refused = asyncio.run(_vote(ballots, ports, connections, rate))
        after = _cpu(ids), _cpu_below(cluster.postmaster), os.times()
    voters = (after[2].user + after[2].system) - (before[2].user + before[2].system)
    servers, postgres = after[0] - before[0], after[1] - before[1]
    return Measured(waited, seconds, servers, postgres, voters, refused)


async def _prepare(url: str) -> Ballots:
    """Record battles whose sides have both answered."""
    voters = Voters(SECRET)
    cookies = [voters.new_cookie() for _ in range(VOTERS)]
    battles = list(votable_battles([voters.pseudonym(each) or "" for each in cookies], MOST))
    await record_votable(url, battles)
    await work_once(url)  # what is old is labelled already
    return Ballots([_request(str(b.id), cookies[n % VOTERS]) for n, b in enumerate(battles)])


def _request(battle: str, cookie: str) -> bytes:
    body = b'{"outcome":"a"}'
    lines = (
        f"PUT /api/v1/battles/{battle}/vote HTTP/1.1",
        "Host: arena",
        f"Cookie: {COOKIE}={cookie}",
        f"Idempotency-Key: {battle}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@contextmanager
def _servers(url: str) -> Iterator[tuple[list[int], list[subprocess.Popen[str]]]]:
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        catalogue = Path(directory) / "contestants.toml"
        catalogue.write_text(_catalogue(), encoding="utf-8")
        environment = os.environ | {
            "TILTYARD_DATABASE_URL": url,
            "TILTYARD_SECRET": SECRET,
            "TILTYARD_BATTLES_PER_MINUTE": "0",
            "TILTYARD_CONTESTANTS": str(catalogue),
            "PYTHONUNBUFFERED": "1",
        }
        command = [str(Path(sys.executable).with_name("tiltyard")), "serve", "--port", "0"]
        processes, ports = [], []
        for _ in range(SERVERS):
            process = stack.enter_context(
                subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
            )
            stack.callback(process.terminate)
            assert process.stdout is not None  # noqa: S101  # it was asked for
            line = next(line for line in process.stdout if "http://" in line)
            processes.append(process)
            ports.append(int(line.rpartition(":")[2]))
        yield ports, processes


def _catalogue() -> str:
    fields = ("id", "name", "organisation", "licence", "adapter", "model")
    tables = (
        "\n".join(["[[contestant]]", *(f'{name} = "{getattr(card, name)}"' for name in fields)])
        for card in demo_catalogue()
    )
    return "\n\n".join(tables) + "\n"


async def _vote(
    ballots: Ballots, ports: Sequence[int], connections: int, rate: int | None
) -> tuple[list[float], float, int]:
    waited: list[float] = []
    refused: list[int] = []
    left = enumerate(ballots.requests)
    began = perf_counter()

    async def one_voter(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number, request in left:
            if perf_counter() - began > SECONDS:
                break
            due = began + number / rate if rate else perf_counter()
            await asyncio.sleep(max(0.0, due - perf_counter()))
            # From when it was due: a vote that could not be sent in time has waited too.
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            waited.append(1000 * (perf_counter() - due))
            if not head.startswith(b"HTTP/1.1 200"):
                refused.append(number)
        writer.close()

    async with asyncio.TaskGroup() as group:
        for each in range(connections):
            group.create_task(one_voter(ports[each % len(ports)]))
    return waited, perf_counter() - began, len(refused)


def _cpu(processes: Sequence[int]) -> float:
    """Seconds of CPU these processes have used."""
    return sum(_ticks(process)[1] for process in processes) / TICKS


def _cpu_below(parent: int) -> float:
    """Seconds of CPU a process and its children have used, those that have ended included."""
    stats = [_ticks(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return (_ticks(parent)[2] + sum(ticks for above, ticks, _ in stats if above == parent)) / TICKS


def _ticks(process: int) -> tuple[int, int, int]:
    """Parent, own ticks, and own ticks with those of children that were waited for."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended meanwhile
        return 0, 0, 0
    own = int(fields[11]) + int(fields[12])
    return int(fields[1]), own, own + int(fields[13]) + int(fields[14])


if __name__ == "__main__":
    print(report(), end="")
