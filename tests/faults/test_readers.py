"""Readers that are slow, stuck or gone cost nothing, and leave nothing behind."""

import asyncio
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from catalogue_file import write_catalogue
from leftovers import open_sockets
from model_server import ModelServer
from opened import served_model
from polling import until
from raw_reader import hang_up, open_stream
from serving import ask, follow, serving, voter
from tiltyard.arena.definition import ArenaDefinition, built_in_definition
from tiltyard.web import server as web_server
from tiltyard_process import running

pytestmark = pytest.mark.anyio

MB = 2**20


def left_alone(seconds: float) -> ArenaDefinition:
    text = built_in_definition("text")
    answer = text.answer.model_copy(update={"unattended_s": seconds})
    return text.model_copy(update={"answer": answer})


def memory(pid: int) -> int:
    """Resident bytes of a process."""
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def connections() -> set[tuple[int, int]]:
    """Local and remote port of every connection that the system holds on loopback."""
    lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    ends = ([end.partition(":")[2] for end in line.split()[1:3]] for line in lines)
    return {(int(local, 16), int(remote, 16)) for local, remote in ends}


async def test_a_hundred_readers_who_take_nothing_hold_nobody_up(
    tmp_path: Path, model_server: ModelServer
) -> None:
    catalogue = write_catalogue(tmp_path, model_server.base_url, "flood", "flood")
    with running("serve", "--data", tmp_path, "--contestants", catalogue) as server:
        pid = server.process.pid
        async with voter(server.base) as ann:
            await follow(ann, (await ask(ann))["id"])  # everything is loaded
            before, sockets_before = memory(pid), open_sockets(pid)
            battle = (await ask(ann))["id"]
            slow = [open_stream(ann, server.base, battle) for _ in range(100)]
            told = await follow(ann, battle)
            assert told.count(b"flood ") == 2 * 19 * 500
            assert memory(pid) - before < 100 * MB / 4
            for reader in slow:
                hang_up(reader)

            async def closed() -> bool:
                return open_sockets(pid) <= sockets_before + 2

            await until(closed)


async def test_a_reader_who_is_stuck_is_given_up(
    tmp_path: Path, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_server, "STUCK_S", 1)
    flood = [served_model(f"flood:{n}", model_server.base_url, id_=f"f{n}") for n in "12"]
    async with serving(tmp_path, *flood) as base, voter(base) as ann:
        battle = (await ask(ann))["id"]
        stuck = open_stream(ann, base, battle)

        ends = (urlsplit(base).port or 0, stuck.getsockname()[1])

        async def given_up() -> bool:
            return ends not in connections()

        assert not await given_up()
        await follow(ann, battle)
        await until(given_up)
        stuck.close()


async def test_five_hundred_lost_connections_leave_no_task_and_no_connection(
    tmp_path: Path, model_server: ModelServer
) -> None:
    endless = [served_model(f"endless:{n}", model_server.base_url, id_=f"e{n}") for n in "12"]
    async with serving(tmp_path, *endless, definition=left_alone(0.5)) as base:
        await storm(base, model_server, people=1)  # everything is loaded
        tasks, sockets = len(asyncio.all_tasks()), open_sockets()
        for _ in range(10):
            await storm(base, model_server, people=10)

        async def calm() -> bool:
            return len(asyncio.all_tasks()) <= tasks and open_sockets() <= sockets + 2

        await until(calm)


async def storm(base: str, model_server: ModelServer, *, people: int) -> None:
    """Let everybody follow in five tabs and lose all connections; wait for calm."""
    await asyncio.gather(*(come_and_go(base) for _ in range(people)))
    await asyncio.to_thread(model_server.wait_until_open, 0)


async def come_and_go(base: str) -> None:
    async with voter(base) as person:
        battle = (await ask(person))["id"]
        tabs = [open_stream(person, base, battle) for _ in range(5)]
        for tab in tabs:
            await asyncio.to_thread(tab.recv, 256)
        for tab in tabs:
            hang_up(tab)
