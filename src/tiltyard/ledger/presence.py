"""A server's sign of life, and the election of the one worker.

On PostgreSQL every server keeps one session of its own that holds an advisory lock with the
server's number; PostgreSQL frees it when the process or its machine dies. The same session
holds the worker's lock when this server is elected, and hears when another one has work for it.
"""

import asyncio
import traceback
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress

import psycopg
import structlog
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from tiltyard.ledger.engine import OUTAGES, DatabaseError, Ledger
from tiltyard.ledger.postgresql_session import SESSION
from tiltyard.ledger.servers import (
    LOCKS,
    add_server,
    bury,
    bury_dead,
    end_servers,
    find_silent,
    is_ended,
)

BEAT_S = 1.0
"""How often a server looks who has died and whether it is elected."""
CHANNEL = "tiltyard_work"
LOST = (DatabaseError, psycopg.Error)

# A server's machine that lost its power says no goodbye. PostgreSQL's end of this session asks it
# after 10 s, then every 5 s; the server's own end of it asks as that of every session does.
KEEPALIVE = (
    "SET tcp_keepalives_idle = 10",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
)

log = structlog.get_logger()


class Presence:
    """One server among those of a ledger.

    Parameters
    ----------
    ledger
        Where the servers meet. Its `server` is set while this one is present.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._address: str | None = None
        self._on_call: Callable[[], None] = lambda: None
        self.elected = ledger.is_sqlite
        """Whether this server's worker is the one that works."""

    def listen(self, on_call: Callable[[], None]) -> None:
        """Let `on_call` be called when there may be work for this server's worker."""
        self._on_call = on_call

    async def announce(self) -> None:
        """Tell the elected worker that there is something to do."""
        if self._ledger.is_sqlite:
            return
        async with self._ledger.writing() as connection:
            await connection.execute(select(func.pg_notify(CHANNEL, "")))

    @asynccontextmanager
    async def kept(self, address: str | None = None) -> AsyncGenerator[None]:
        """Be present: end what dead servers left open, and go on looking for more of them.

        Parameters
        ----------
        address
            Where the other servers reach this one.
        """
        self._address = address
        keep = self._alone() if self._ledger.is_sqlite else self._among_others()
        async with keep:
            try:
                yield
            finally:
                await self._leave()

    @asynccontextmanager
    async def _alone(self) -> AsyncGenerator[None]:
        async with self._ledger.writing() as connection:
            self._ledger.server = await add_server(connection, self._address)
        await bury_dead(self._ledger)
        yield

    @asynccontextmanager
    async def _among_others(self) -> AsyncGenerator[None]:
        engine = create_async_engine(
            self._ledger.url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            connect_args=SESSION,
        )
        self._session = await self._connect(engine)
        keeping = asyncio.create_task(self._keep(engine), name="presence")
        try:
            yield
        finally:
            keeping.cancel()
            await asyncio.wait([keeping])
            self.elected = False
            await _close(self._session)

    async def _leave(self) -> None:
        server, self._ledger.server = self._ledger.server, None
        if server is None:
            return
        try:
            async with self._ledger.writing() as connection:
                await end_servers(connection, [server])
        except DatabaseError as error:
            log.warning("the ledger did not hear that this server ends", error=str(error))

    async def _arrive(self, session: AsyncConnection) -> None:
        """Take the lock, then the row: nobody sees this server in the ledger and not alive."""
        for setting in KEEPALIVE:
            await session.execute(text(setting))
        known = self._ledger.server
        if known is None or not await self._is_back(session, known):
            number = "SELECT nextval(pg_get_serial_sequence('servers', 'id'))"
            fresh = int(await session.scalar(text(number)) or 0)
            await _lock(session, fresh)
            self._ledger.server = await add_server(session, self._address, id_=fresh)
        await session.execute(text(f"LISTEN {CHANNEL}"))
        await self._beat(session)

    async def _is_back(self, session: AsyncConnection, known: int) -> bool:
        await _lock(session, known)
        return not await is_ended(session, known)

    async def _keep(self, engine: AsyncEngine) -> None:
        while True:
            try:
                await self._listen(self._session)
                await self._beat(self._session)
            except LOST as error:
                log.warning("this server lost its session with the ledger", error=str(error))
                await self._come_back(engine)
            except Exception:  # noqa: BLE001  # the job's edge: a server that looks no more is never elected
                _tell_of_a_defect()
                await self._come_back(engine, after_s=BEAT_S)

    async def _come_back(self, engine: AsyncEngine, *, after_s: float = 0.0) -> None:
        """Take a new session: whether the old one still holds its locks, nobody knows."""
        self.elected = False
        await _close(self._session)
        await asyncio.sleep(after_s)
        self._session = await self._return(engine)

    async def _return(self, engine: AsyncEngine) -> AsyncConnection:
        while True:
            try:
                return await self._connect(engine)
            except LOST:
                await asyncio.sleep(BEAT_S / 4)
            except Exception:  # noqa: BLE001  # the job's edge, as above
                _tell_of_a_defect()
                await asyncio.sleep(BEAT_S)

    async def _connect(self, engine: AsyncEngine) -> AsyncConnection:
        session = await engine.connect()
        try:
            await self._arrive(session)
        except BaseException:
            await _close(session)
            raise
        return session

    async def _listen(self, session: AsyncConnection) -> None:
        driver = (await session.get_raw_connection()).driver_connection
        assert isinstance(driver, psycopg.AsyncConnection)  # noqa: S101  # the one driver there is
        async for _ in driver.notifies(timeout=BEAT_S):
            if self.elected:
                self._on_call()

    async def _beat(self, session: AsyncConnection) -> None:
        if not self.elected:
            query = select(func.pg_try_advisory_lock(LOCKS, 0))
            self.elected = bool(await session.scalar(query))
            if self.elected:
                self._on_call()
        # Asked here: the sessions for requests may all be busy.
        silent = await find_silent(session, self._ledger)
        try:
            await bury(self._ledger, silent)
        except OUTAGES as error:
            log.warning("a server that died is still to be buried", error=str(error))


async def _lock(session: AsyncConnection, server: int) -> None:
    await session.execute(select(func.pg_advisory_lock(LOCKS, server)))


async def _close(session: AsyncConnection) -> None:
    """Let go of a session, in whatever state it is."""
    with suppress(Exception):
        await session.invalidate()
    with suppress(Exception):
        await session.close()


def _tell_of_a_defect() -> None:
    trace = traceback.format_exc()  # as text, which shows no values
    log.error("this server could not look for the others and tries again", traceback=trace)
