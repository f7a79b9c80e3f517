"""The turns that this server answers right now: how many, whose, and until when."""

import asyncio
import traceback
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import ClassVar
from uuid import UUID

import structlog

from tiltyard.arena.event_log import EventLog
from tiltyard.arena.live_turn import LiveTurn
from tiltyard.errors import TiltyardError
from tiltyard.ledger.records import Battle

RECORDING_S = 5.0
"""How long ends may take to be recorded when the server stops."""

log = structlog.get_logger()


class BusyError(TiltyardError):
    """As many turns are being answered as this server takes on at once."""

    status: ClassVar[int] = 503
    title: ClassVar[str] = "The arena is full"


class LiveTurns:
    """All live turns of this server, at most one per battle.

    Parameters
    ----------
    limit
        How many turns may be answered at once; beyond it people are asked to come back.
    per_voter
        How many of them may be one voter's, so that nobody fills the arena alone.
    """

    def __init__(self, limit: int, *, per_voter: int) -> None:
        self._limit = limit
        self._per_voter = per_voter
        self._voters: Counter[str] = Counter()
        self._turns: dict[UUID, LiveTurn] = {}
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._running: set[asyncio.Task[None]] = set()  # with those of a turn that another followed
        self._claims: Counter[UUID] = Counter()
        self._unclaimed = asyncio.Condition()
        self.draining = False

    @asynccontextmanager
    async def claim(self, battle: UUID, voter: str) -> AsyncGenerator[None]:
        """Hold a place for a battle while its turn is recorded and started.

        Raises
        ------
        BusyError
            When `limit` turns are being answered, or the voter's share of them, or the server is
            about to stop; nothing has been recorded then.
        """
        self.require_room(voter)
        self._claims[battle] += 1
        self._voters[voter] += 1
        try:
            yield
        except BaseException:
            self._leave(voter)
            raise
        finally:
            self._claims[battle] -= 1
            self._claims += Counter()  # forgets the battles that nobody claims
            async with self._unclaimed:
                self._unclaimed.notify_all()

    def require_room(self, voter: str) -> None:
        """Refuse what could not be answered, before any work is done for it.

        Raises
        ------
        BusyError
            See :meth:`claim`.
        """
        if self.draining:
            raise BusyError("The server is about to restart: try again in a few seconds.")
        if self._voters[voter] >= self._per_voter:
            raise BusyError(
                f"{self._per_voter} of your battles are being answered: wait for one to end."
            )
        if len(self._tasks) + self._claims.total() >= self._limit:
            raise BusyError("The arena is full just now: try again in a few seconds.")

    async def started(self, battle: UUID) -> None:
        """Wait while a turn of this battle is being recorded and started."""
        async with self._unclaimed:
            await self._unclaimed.wait_for(lambda: battle not in self._claims)

    def start(self, battle: UUID, turn: LiveTurn, voter: str) -> None:
        """Begin to answer, in a task that belongs to the battle."""
        self._turns[battle] = turn
        task = asyncio.create_task(turn.run(), name=f"battle {battle}")
        self._tasks[battle] = task
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(lambda done: self._ended(battle, turn, done))
        task.add_done_callback(lambda _: self._leave(voter))

    def log(self, battle: Battle) -> EventLog | None:
        """Return the log of a battle's live turn, unless another run followed."""
        turn = self._turns.get(battle.id)
        return turn.log if turn is not None and turn.is_latest(battle) else None

    def is_live(self, battle: UUID) -> bool:
        """Say whether this server is answering this battle, or about to."""
        return battle in self._tasks or battle in self._claims

    def stop(self, battle: UUID) -> None:
        """Stop a battle's answers, if they are coming."""
        if battle in self._tasks:
            self._turns[battle].stop()

    def visit(self, battle: UUID) -> None:
        """Note that the person has looked at a battle, which is as good as following it."""
        if battle in self._tasks:
            self._turns[battle].visit()

    async def drain(self, within_s: float) -> None:
        """Take on no more turns; let those that run end by themselves, then cut them."""
        self.draining = True
        if self._tasks or self._claims:
            log.info("turns are being finished", turns=len(self._tasks))
        await self._ended_all(within_s)
        self.cut_all()
        await self._ended_all(RECORDING_S)

    def cut_all(self) -> None:
        """End every turn where it is, so that it can be retried."""
        for battle in self._tasks:
            self._turns[battle].drain()

    async def _ended_all(self, within_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                async with self._unclaimed:
                    await self._unclaimed.wait_for(lambda: not self._claims)
                if self._running:
                    await asyncio.wait(self._running)

    async def finished(self, battle: UUID) -> None:
        """Wait until a battle's turn has ended, however it ends."""
        if battle in self._tasks:
            await asyncio.wait([self._tasks[battle]])

    def end_logs(self) -> None:
        """Let every reader finish with what there is, so that connections can close."""
        for turn in self._turns.values():
            turn.log.close()

    async def close(self) -> None:
        """Cancel everything, and wait for it no longer than recording takes."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=RECORDING_S)

    def _ended(self, battle: UUID, turn: LiveTurn, task: asyncio.Task[None]) -> None:
        if self._tasks.get(battle) is task:
            del self._tasks[battle]
        if self._turns.get(battle) is turn:
            # Who still reads holds the log; who comes back later is told it from the ledger.
            del self._turns[battle]
        error = None if task.cancelled() else task.exception()
        if error is not None:
            trace = "".join(traceback.format_exception(error))
            log.error("a live turn broke", battle=str(battle), traceback=trace)

    def _leave(self, voter: str) -> None:
        self._voters[voter] -= 1
        self._voters += Counter()  # forgets the voters who wait for nothing
