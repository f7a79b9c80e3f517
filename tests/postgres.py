"""A PostgreSQL server that belongs to one test run."""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psycopg
from psycopg.sql import SQL, Composed, Identifier

DISK, MEMORY = Path("/tmp"), Path("/dev/shm")  # noqa: S108  # each in a directory of its own
ROOM = 4 << 30
"""A test run needs a tenth of it, in bytes; the rest is for whoever else is on the machine."""


def find_binaries() -> Path | None:
    """Find initdb and its companions: on PATH, or where Debian and Homebrew put them."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    places = [
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *Path("/opt/homebrew/opt").glob("postgresql@*/bin"),
        *Path("/usr/local/opt").glob("postgresql@*/bin"),
    ]
    found = (place for place in places if (place / "initdb").exists())
    return max(found, key=_version, default=None)


def _quick_place() -> Path:
    """Memory, where there is room: a database has three hundred files, and each test has one."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if has_room else DISK


def _lives(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # a zombie holds nothing


def _version(place: Path) -> int:
    return int(re.sub(r"\D", "", place.parent.name) or 0)


@dataclass(frozen=True)
class PostgresCluster:
    """A running server, reached by a socket in its own directory."""

    binaries: Path
    directory: Path
    account: str

    @classmethod
    @contextmanager
    def running(cls, binaries: Path, *, fsync: bool = False) -> Iterator[Self]:
        """Start a server with an empty data directory; stop it and remove everything at the end.

        Without `fsync` it is quick, and only as safe as the machine's power.
        """
        # Short, because a socket's path may have 107 bytes only.
        place = DISK if fsync else _quick_place()
        directory = Path(tempfile.mkdtemp(prefix="tiltyard-pg-", dir=place))
        # PostgreSQL refuses root, so root becomes the account that Debian made for it.
        account = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        cluster = cls(binaries, directory, account)
        try:
            if os.geteuid() == 0:
                shutil.chown(directory, account)
            cluster._run("initdb", "-D", "data", "-U", "tiltyard", "-A", "trust", "-E", "UTF8")
            cluster.start(fsync=fsync)
            try:
                yield cluster
            finally:
                cluster._run("pg_ctl", "-D", "data", "-w", "-m", "immediate", "stop")
        finally:
            shutil.rmtree(directory)

    def start(self, *, fsync: bool = False) -> None:
        """Start the server on its data directory, and wait until it answers."""
        settings = {
            "listen_addresses": "''",
            "unix_socket_directories": self.directory,
            "fsync": "on" if fsync else "off",
        }
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")

    @property
    def postmaster(self) -> int:
        """The id of the server's first process, the parent of all others."""
        return int((self.directory / "data" / "postmaster.pid").read_text().split("\n")[0])

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to every process of the server, the first one first."""
        for process in self.processes():
            with suppress(ProcessLookupError):
                os.kill(process, number)

    def kill(self) -> None:
        """Let every process die at once, as when the machine's memory runs out."""
        dying = self.processes()
        self.signal(signal.SIGKILL)
        while any(_lives(process) for process in dying):
            time.sleep(0.01)
        # Where nobody collects orphans, the dead one's number would look like a living server.
        for left in ("data/postmaster.pid", ".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (self.directory / left).unlink()

    def processes(self) -> list[int]:
        """The ids of the server's processes."""
        first = self.postmaster
        children = subprocess.run(
            ["pgrep", "--parent", str(first)], capture_output=True, text=True, check=False
        )
        return [first, *(int(line) for line in children.stdout.split())]

    @contextmanager
    def database(self, name: str, *, like: str = "template1") -> Iterator[str]:
        """Create a database as a copy of another, give its URL, and drop it at the end."""
        create = SQL("CREATE DATABASE {} TEMPLATE {}")
        self._tell(create.format(Identifier(name), Identifier(like)))
        yield f"postgresql://tiltyard@/{name}?host={self.directory}"
        self._tell(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

    def _tell(self, statement: Composed) -> None:
        """Say it over a connection: a program for each would take longer than what it asks for."""
        postgres = f"postgresql://tiltyard@/postgres?host={self.directory}"
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, program: str, *arguments: str) -> None:
        finished = subprocess.run(
            [self.binaries / program, *arguments],
            cwd=self.directory,
            user=self.account if os.geteuid() == 0 else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            stderr=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            check=False,
        )
        if finished.returncode:
            log = self.directory / "log"
            details = (finished.stderr or b"").decode() + (log.read_text() if log.exists() else "")
            message = f"{program} failed: {details}"
            raise RuntimeError(message)
