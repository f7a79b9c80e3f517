"""PostgreSQL is killed, paused or busy under voters: no vote is lost, and none counts twice."""

import asyncio
import gc
import signal
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from conftest import missing
from opened import open_ledger
from polling import until
from postgres import PostgresCluster, find_binaries
from serving import API, ask, serving, voter
from tiltyard.ledger.engine import READERS, SESSION_WAIT_S, SESSIONS, Ledger, SyncConnection
from tiltyard.ledger.records import Battle
from tiltyard.ledger.tables import attempts, idempotency_keys, votes
from tiltyard.web.settings import Settings
from tiltyard.web.voter import COOKIE, Voters
from votable import record_votable, votable_battles

pytestmark = pytest.mark.anyio

VOTERS = 8
ROUNDS = 5
PAUSE_S = 10
MOST_SESSIONS = SESSIONS + READERS + 2
"""Those for requests, the threads' that read, the server's own, and this test's."""


@pytest.fixture(scope="module")
def mortal() -> Iterator[PostgresCluster]:
    """A PostgreSQL that only these tests use, with fsync on, as an arena's is."""
    binaries = find_binaries()
    if binaries is None:
        missing("The PostgreSQL server", "postgresql")
    else:
        with PostgresCluster.running(binaries, fsync=True) as cluster:
            yield cluster


@dataclass
class Voting:
    """Voters with their battles, and what they were answered."""

    session: aiohttp.ClientSession
    cookies: Sequence[str]
    battles: Sequence[Battle]
    receipts: dict[str, str] = field(default_factory=dict)
    refusals: int = 0
    ended: bool = False

    async def run(self, number: int) -> None:
        """One voter votes on battle after battle, again with the same key when refused."""
        for battle in self.battles[number :: len(self.cookies)]:
            while not await self.vote(str(battle.id), self.cookies[number]):  # noqa: ASYNC110
                await asyncio.sleep(0.2)  # as Retry-After asks, only sooner
            if self.ended:
                break

    def crowd(self) -> list[asyncio.Task[bool]]:
        """Vote on every battle at once."""
        return [
            asyncio.create_task(self.vote(str(battle.id), self.cookies[n % len(self.cookies)]))
            for n, battle in enumerate(self.battles)
        ]

    async def finish(self) -> None:
        """Let everybody vote on everything, again where they did before."""
        await asyncio.gather(*(self.run(number) for number in range(len(self.cookies))))

    async def more(self, count: int) -> None:
        """Wait until this many more votes were acknowledged."""
        enough = len(self.receipts) + count
        await until(lambda: _answer(len(self.receipts) >= enough), seconds=60)

    async def vote(self, battle: str, cookie: str) -> bool:
        """Vote once; say whether it was acknowledged. Nothing but 200 and 503 may come."""
        headers = {"Cookie": f"{COOKIE}={cookie}", "Idempotency-Key": battle}
        path, body = f"{API}/battles/{battle}/vote", {"outcome": "a"}
        async with self.session.put(path, json=body, headers=headers) as response:
            answer = await response.json()
            if response.status == HTTPStatus.SERVICE_UNAVAILABLE:
                assert response.headers["Retry-After"]
                assert "try again" in answer["detail"]
                self.refusals += 1
                return False
            assert response.status == HTTPStatus.OK, answer
        assert self.receipts.setdefault(battle, answer["receipt"]) == answer["receipt"]
        return True


@asynccontextmanager
async def voting(data: Path, url: str, *, count: int) -> AsyncGenerator[Voting]:
    """A server, and voters with battles that wait for votes."""
    voters = Voters(Settings(data=data).read_secret())
    cookies = [voters.new_cookie() for _ in range(VOTERS)]
    battles = list(votable_battles([voters.pseudonym(each) or "" for each in cookies], count))
    await record_votable(url, battles)
    async with (
        serving(data, database_url=url, pace=3) as base,
        aiohttp.ClientSession(base, cookie_jar=aiohttp.DummyCookieJar()) as session,
    ):
        yield Voting(session, cookies, battles)


async def sessions(ledger: Ledger) -> Sequence[tuple[object, ...]]:
    """Sessions that servers have with this database, and what each last asked."""
    query = text(
        "SELECT state, wait_event, state_change, query FROM pg_stat_activity "
        "WHERE datname = current_database() AND backend_type = 'client backend' "
        "AND pid <> pg_backend_pid()"
    )
    async with ledger.reading() as connection:
        return [tuple(row) for row in await connection.execute(query)]


async def blocked(ledger: Ledger) -> int:
    """How many of those sessions wait for a row that another one holds."""
    waits = [wait_event for _, wait_event, *_ in await sessions(ledger)]
    return sum(wait_event in {"transactionid", "tuple"} for wait_event in waits)


async def check(url: str, voting: Voting) -> None:
    """Every acknowledged vote is there, each once; nothing is half done; nothing leaks."""
    async with open_ledger(url) as ledger:
        async with ledger.reading() as connection:
            rows = (await connection.execute(select(votes.c.battle, votes.c.receipt))).all()
            keys = await connection.scalar(select(func.count()).select_from(idempotency_keys))
            streaming = select(func.count()).where(attempts.c.state == "streaming")
            assert await connection.scalar(streaming) == 0
        assert {str(row.battle): row.receipt for row in rows} == voting.receipts
        assert len(rows) == keys == len(voting.receipts)
        # PostgreSQL ends one that was given up during a pause when it next looks at it.
        with suppress(TimeoutError):
            await until(lambda: _few(ledger, MOST_SESSIONS))
        left = await sessions(ledger)
        assert len(left) <= MOST_SESSIONS, left


async def test_killed_again_and_again_under_eight_voters(
    tmp_path: Path, mortal: PostgresCluster
) -> None:
    with mortal.database("killed") as url:
        async with voting(tmp_path, url, count=200 * VOTERS) as people:
            tasks = [asyncio.create_task(people.run(number)) for number in range(VOTERS)]
            for _ in range(ROUNDS):
                await people.more(2 * VOTERS)
                await asyncio.to_thread(mortal.kill)
                await asyncio.to_thread(mortal.start, fsync=True)
            await people.more(2 * VOTERS)
            people.ended = True
            await asyncio.gather(*tasks)
            assert people.refusals
            await check(url, people)


@pytest.mark.parametrize("moment", ["before the first row", "between rows", "at the end"])
def test_a_cursor_whose_server_died_is_closed(mortal: PostgresCluster, moment: str) -> None:
    with mortal.database("cursor") as url:
        asyncio.run(read_while_it_dies(mortal, url, moment))
        gc.collect()  # a warning here is an error


async def read_while_it_dies(mortal: PostgresCluster, url: str, moment: str) -> None:
    """Read rows a few at a time, as surveys do."""
    many = text("SELECT generate_series(1, 1000)")

    def read(connection: SyncConnection) -> None:
        connection.execute(text("SELECT 1"))
        if moment == "before the first row":
            mortal.kill()
        with connection.execution_options(yield_per=10).execute(many) as rows:
            next(rows)
            mortal.kill()
            if moment == "at the end":
                raise ConnectionError  # as when another session is the first to know
            rows.all()

    async with Ledger(url) as ledger:
        with pytest.raises((OperationalError, ConnectionError)):
            await ledger.in_thread(read)
    mortal.start(fsync=True)


async def test_paused_for_ten_seconds_words_flow_on_and_votes_wait_or_are_refused(
    tmp_path: Path, mortal: PostgresCluster
) -> None:
    with mortal.database("paused") as url:
        async with voting(tmp_path, url, count=4 * VOTERS) as people:
            async with voter(str(people.session._base_url)) as ann:
                battle = (await ask(ann))["id"]
                async with ann.get(f"{API}/battles/{battle}/events") as stream:
                    await stream.content.readuntil(b"event: frame")
                    before = len(asyncio.all_tasks())
                    mortal.signal(signal.SIGSTOP)
                    crowd = people.crowd()
                    began = asyncio.get_running_loop().time()
                    while asyncio.get_running_loop().time() < began + PAUSE_S:
                        await stream.content.readuntil(b"\n\n")  # words, or that they will come
                    waiting = sum(not task.done() for task in crowd)
                    mortal.signal(signal.SIGCONT)
                    assert waiting <= SESSIONS
                    assert b"event: turn_done" in await stream.read()
                answered = await asyncio.gather(*crowd)
                assert people.refusals == answered.count(False) >= len(crowd) - SESSIONS
                await people.finish()
                await until(lambda: _answer(len(asyncio.all_tasks()) <= before))
                async with ann.get(f"{API}/battles/{battle}") as response:
                    assert (await response.json())["state"] == "votable"
            await check(url, people)


async def test_when_every_session_is_busy_people_are_asked_to_come_back(
    tmp_path: Path, mortal: PostgresCluster
) -> None:
    with mortal.database("busy") as url:
        async with voting(tmp_path, url, count=2 * SESSIONS) as people:
            async with open_ledger(url) as operator, operator.writing() as connection:
                await connection.execute(text("SELECT 1 FROM battles FOR UPDATE"))
                crowd = people.crowd()

                async def all_others_refused() -> bool:
                    return sum(not task.done() for task in crowd) == await blocked(operator)

                await until(all_others_refused, seconds=SESSION_WAIT_S + 30)
                done, held = await asyncio.wait(crowd, timeout=0)
                assert len(held) <= SESSIONS
                assert people.refusals == len(done) >= SESSIONS
            assert all(await asyncio.gather(*held))
            await people.finish()
            await check(url, people)


async def _few(ledger: Ledger, most: int) -> bool:
    return len(await sessions(ledger)) <= most


async def _answer(answer: bool) -> bool:  # noqa: FBT001  # what until waits for
    return answer
