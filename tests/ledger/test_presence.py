"""Several servers on one PostgreSQL: who lives, who died, and who is elected."""

import socket
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from opened import ASK, make_arena, open_ledger
from polling import until
from tiltyard.arena.match import BattleState, battle_state
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.postgresql_session import SESSION
from tiltyard.ledger.presence import Presence
from tiltyard.ledger.servers import add_server, bury_dead, is_ended, present_servers

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def server(postgres_url: str) -> AsyncGenerator[tuple[Ledger, Presence]]:
    async with open_ledger(postgres_url) as ledger:
        presence = Presence(ledger)
        async with presence.kept():
            yield ledger, presence


async def end_sessions(ledger: Ledger) -> None:
    """Let PostgreSQL end every session that holds a lock, as when a network breaks."""
    async with ledger.reading() as connection:
        await connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        )


async def test_a_starting_server_leaves_alone_what_a_living_one_answers(postgres_url: str) -> None:
    async with server(postgres_url) as (first, _), server(postgres_url) as (second, _):
        ours, theirs = make_arena(first, pace=1), make_arena(second)
        await ours.open()
        battle = await ours.open_battle("ann", ASK)
        await theirs.open()
        assert battle_state(await theirs.battle("ann", battle.id)) is BattleState.ANSWERING
        await theirs.close()
        assert battle_state(await ours.battle("ann", battle.id)) is BattleState.ANSWERING
        await ours.close()


async def test_what_a_dead_server_left_open_is_ended_by_a_living_one(postgres_url: str) -> None:
    async with server(postgres_url) as (ledger, _), open_ledger(postgres_url) as another:
        async with another.writing() as connection:
            another.server = await add_server(connection, None)  # and holds no lock: it is dead
        dying, arena = make_arena(another, pace=1), make_arena(ledger)
        await dying.open()
        left = await dying.open_battle("ann", ASK)

        async def broken() -> bool:
            return battle_state(await arena.battle("ann", left.id)) is BattleState.BROKEN

        await until(broken)
        await dying.close()


async def test_a_server_that_lost_its_session_comes_back_as_itself(postgres_url: str) -> None:
    async with server(postgres_url) as (ledger, presence):
        number = ledger.server
        lost = presence._session
        await end_sessions(ledger)
        await until(lambda: _answer(presence._session is not lost and presence.elected))
        assert ledger.server == number
        assert await bury_dead(ledger) == []


async def test_a_server_that_was_taken_for_dead_comes_back_as_another(postgres_url: str) -> None:
    async with server(postgres_url) as (ledger, presence):
        number = ledger.server
        assert number is not None
        async with ledger.writing() as connection:
            await connection.execute(text("UPDATE servers SET ended_at = now()"))
        lost = presence._session
        await end_sessions(ledger)
        await until(lambda: _answer(presence._session is not lost and presence.elected))
        assert ledger.server == number + 1
        async with ledger.reading() as connection:
            assert await is_ended(connection, number)
            assert not await is_ended(connection, number + 1)


async def test_a_server_goes_on_after_a_fault_that_nobody_foresaw(postgres_url: str) -> None:
    calls: list[str] = []

    def fail_once() -> None:
        calls.append("called")
        if len(calls) == 1:
            raise RuntimeError("nobody foresaw this")

    async with server(postgres_url) as (ledger, presence):
        number, lost = ledger.server, presence._session
        presence.listen(fail_once)
        with capture_logs() as said:
            await presence.announce()
            await until(lambda: _answer(presence._session is not lost and presence.elected))
        assert any("nobody foresaw this" in line.get("traceback", "") for line in said)
        assert ledger.server == number
        heard = len(calls)
        await presence.announce()
        await until(lambda: _answer(len(calls) > heard))


async def test_one_of_several_is_elected_and_another_takes_over_when_it_ends(
    postgres_url: str,
) -> None:
    async with AsyncExitStack() as first_to_go:
        _, first = await first_to_go.enter_async_context(server(postgres_url))
        async with server(postgres_url) as (_, second):
            assert (first.elected, second.elected) == (True, False)
            await first_to_go.aclose()
            await until(lambda: _answer(second.elected))
            assert not first.elected


async def test_whose_worker_works_can_be_seen_from_every_server(postgres_url: str) -> None:
    async with AsyncExitStack() as first_to_go:
        first, _ = await first_to_go.enter_async_context(server(postgres_url))
        async with server(postgres_url) as (second, presence):
            for ledger in (first, second):
                seen = [(one.id, one.elected) for one in await present_servers(ledger)]
                assert seen == [(first.server, True), (second.server, False)]
            await first_to_go.aclose()
            await until(lambda: _answer(presence.elected))
            seen = [(one.id, one.elected) for one in await present_servers(second)]
            assert seen == [(second.server, True)]


async def test_the_one_server_of_a_sqlite_ledger_is_elected(tmp_path: Path) -> None:
    async with server(f"sqlite:///{tmp_path / 'ledger.sqlite3'}") as (ledger, _):
        (only,) = await present_servers(ledger)
        assert (only.id, only.elected) == (ledger.server, True)


async def test_work_is_announced_to_the_elected_only(postgres_url: str) -> None:
    calls: list[str] = []
    async with server(postgres_url) as (_, first), server(postgres_url) as (_, second):
        first.listen(lambda: calls.append("first"))
        second.listen(lambda: calls.append("second"))
        await second.announce()
        await until(lambda: _answer(bool(calls)))
        assert set(calls) == {"first"}


async def _answer(answer: bool) -> bool:  # noqa: FBT001  # what until waits for
    return answer


async def test_a_database_that_accepts_and_stays_silent_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(SESSION, "connect_timeout", 2)  # the least that the driver counts
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/none"
        async with Ledger(url) as ledger:
            with pytest.raises(OperationalError, match="timeout"):
                await ledger.ping()
            with pytest.raises(OperationalError, match="timeout"):
                async with Presence(ledger).kept():
                    pytest.fail("nobody answered")


async def test_a_session_gives_up_what_nobody_acknowledges(postgres_url: str) -> None:
    async with Ledger(postgres_url) as ledger, ledger.reading() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        assert driver.info.get_parameters()["tcp_user_timeout"] == "25000"
