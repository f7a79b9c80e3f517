"""What the database is asked, and what happens when it goes away for a moment."""

import asyncio
import gc
import sqlite3
import threading
from collections.abc import AsyncGenerator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from leftovers import begun_since
from opened import ASK, hosted, open_ledger, opened
from polling import until
from tiltyard.arena.voting import Ballot
from tiltyard.battles.outcome import Outcome
from tiltyard.ledger import engine
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.postgresql_session import SESSION

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ledger(postgres_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(postgres_url) as ledger:
        yield ledger


async def test_a_vote_is_three_statements_in_one_transaction(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        first, second = [await arena.open_battle("ann", ASK) for _ in range(2)]
        for battle in (first, second):
            async for _ in await arena.events("ann", battle.id, after=0):
                pass
        arenas = hosted(arena)
        await arenas.vote("ann", first.id, Ballot(Outcome.A), key="k")
        faces = {side.version for side in first.sides}
        asked: list[str] = []
        sync_engine = ledger.engine.sync_engine
        event.listen(
            sync_engine, "before_cursor_execute", lambda *call: asked.append(call[2].split()[0])
        )
        event.listen(sync_engine, "commit", lambda _: asked.append("COMMIT"))
        await arenas.vote("ann", second.id, Ballot(Outcome.A), key="k2")
    # Lock, read; who it was, of cards not met before; the answer with the vote and the reveal.
    cards = [] if {side.version for side in second.sides} <= faces else ["SELECT"]
    assert asked[: 4 + len(cards)] == ["SELECT", "SELECT", *cards, "WITH", "COMMIT"]


async def test_sessions_that_the_database_ended_are_replaced_unseen(ledger: Ledger) -> None:
    async with ledger.reading() as one, ledger.reading() as another:
        for connection in (one, another):
            await connection.execute(text("SELECT 1"))
    others = text(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND application_name = 'tiltyard'"
    )
    address = ledger.url.render_as_string(hide_password=False)
    async with open_ledger(address) as operator, operator.reading() as connection:
        assert list(await connection.scalars(others)) == [True] * 2
    await ledger.ping()
    await ledger.ping()


async def test_a_thread_sees_one_state_of_the_ledger(ledger_url: str) -> None:
    async with Ledger(ledger_url) as ledger:
        loop = asyncio.get_running_loop()

        async def write(statement: str) -> None:
            async with ledger.writing() as connection:
                await connection.execute(text(statement))

        def read(connection: SyncConnection) -> list[int | None]:
            count = text("SELECT count(*) FROM notes")
            before = connection.scalar(count)
            other = write("INSERT INTO notes VALUES (2)")
            asyncio.run_coroutine_threadsafe(other, loop).result(30)
            return [before, connection.scalar(count)]

        await write("CREATE TABLE notes (number INTEGER)")
        await write("INSERT INTO notes VALUES (1)")
        assert await ledger.in_thread(read) == [1, 1]
        assert await ledger.in_thread(read) == [2, 2]


async def test_threads_share_one_engine_which_none_of_them_makes(
    ledger_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_in: list[threading.Thread] = []

    def make(*given: Any, **named: Any) -> Engine:  # noqa: ANN401  # passed on as they came
        made_in.append(threading.current_thread())
        return create_engine(*given, **named)

    monkeypatch.setattr(engine, "create_engine", make)
    async with Ledger(ledger_url) as ledger:
        one = text("SELECT 1")
        reads = [ledger.in_thread(lambda connection: connection.scalar(one)) for _ in range(3)]
        write = ledger.write_in_thread(lambda connection: connection.scalar(one))
        assert await asyncio.gather(*reads, write) == [1] * 4
    assert made_in == [threading.current_thread()]


async def test_two_hundred_writers_into_a_file_take_turns_in_order(tmp_path: Path) -> None:
    async with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        async with ledger.writing() as connection:
            await connection.execute(text("CREATE TABLE notes (number INTEGER)"))

        async def write(number: int) -> None:
            async with ledger.writing() as connection:
                await connection.execute(
                    text("INSERT INTO notes VALUES (:number)"), {"number": number}
                )

        await asyncio.gather(*map(write, range(200)))
        async with ledger.reading() as connection:
            written = list(await connection.scalars(text("SELECT number FROM notes")))
    assert written == list(range(200))


async def test_who_waits_too_long_to_write_into_a_file_is_told_that_it_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SESSION_WAIT_S", 0.05)
    async with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        async with ledger.writing():
            with pytest.raises(PoolTimeoutError):
                async with ledger.writing():
                    pytest.fail("two write at once")
        async with ledger.writing() as connection:
            await connection.execute(text("SELECT 1"))


@pytest.mark.parametrize("statement", ["BEGIN", "INSERT", "SELECT"])
async def test_who_is_cancelled_gives_back_the_turn_to_write_into_a_file(
    tmp_path: Path, statement: str
) -> None:
    kept: list[BaseException] = []  # whose traceback holds the cursor
    async with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        async with ledger.writing() as connection:
            await connection.execute(text("CREATE TABLE notes (number INTEGER)"))

        async def write() -> None:
            try:
                async with ledger.writing() as connection:
                    await connection.execute(text("INSERT INTO notes VALUES (1), (2)"))
                    await connection.execute(text("SELECT * FROM notes"))
            except BaseException as error:
                kept.append(error)
                raise

        def cancel(_connection: object, _cursor: object, said: str, *_more: object) -> None:
            if said.startswith(statement):
                asyncio.get_running_loop().call_soon(writer.cancel)

        event.listen(ledger.engine.sync_engine, "before_cursor_execute", cancel)
        writer = asyncio.create_task(write())
        await asyncio.wait([writer])
        assert writer.cancelled()
        with closing(sqlite3.connect(tmp_path / "ledger.sqlite3", timeout=1)) as next_writer:
            next_writer.execute("BEGIN IMMEDIATE")
    assert kept


async def test_who_is_cancelled_again_and_again_leaves_no_task(tmp_path: Path) -> None:
    async with Ledger(tmp_path / "ledger.sqlite3") as ledger:

        async def write() -> None:
            async with ledger.writing() as connection:
                await connection.execute(text("SELECT 1"))

        before = asyncio.all_tasks()
        for steps in range(40):  # wherever it is just then
            writer = asyncio.create_task(write())
            await asyncio.sleep(steps / 10_000)
            while not writer.done():
                writer.cancel()
                await asyncio.sleep(0)
    assert begun_since(before) == set()


async def test_a_thread_that_somebody_left_keeps_its_turn_to_write_into_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SESSION_WAIT_S", 0.05)
    may_end = threading.Event()
    async with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        left = asyncio.create_task(ledger.write_in_thread(lambda _: may_end.wait()))
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.wait([left])
        try:
            with pytest.raises(PoolTimeoutError):
                await ledger.write_in_thread(lambda _: "two write at once")
        finally:
            may_end.set()
        await until(lambda: written(ledger))


async def written(ledger: Ledger) -> bool:
    with suppress(PoolTimeoutError):
        return await ledger.write_in_thread(lambda _: True)
    return False


async def test_a_database_that_does_not_answer_is_let_go_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(SESSION, "connect_timeout", 2)
    let_go = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the other side has closed
        let_go.set()
        writer.close()

    deaf = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = deaf.sockets[0].getsockname()[1]
    gc.disable()
    try:
        async with deaf, Ledger(f"postgresql://ann@127.0.0.1:{port}/x") as ledger:
            with pytest.raises(engine.OUTAGES) as caught:
                await ledger.ping()
            async with asyncio.timeout(10):
                await let_go.wait()
            assert "timeout" in str(caught.value)
    finally:
        gc.enable()
