"""The turns that are being answered right now.

Generation belongs to the battle: it begins when the battle is opened and ends by itself, whoever
is connected. Two producers fill their own text; one clock takes what is new from both, frames it
into the battle's one event log, and announces the ends.
"""

import asyncio
import traceback
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import ClassVar
from uuid import UUID

import structlog

from tiltyard.arena.answering import Answering
from tiltyard.arena.event_log import EventLog
from tiltyard.arena.events import Frame, Problem, SideDone, TurnDone, Working
from tiltyard.arena.match import battle_state
from tiltyard.arena.pacing import AsItComes, Pace, Ready
from tiltyard.arena.places import run_of
from tiltyard.arena.replay import ended_attempts, side_events
from tiltyard.errors import TiltyardError
from tiltyard.ledger import battles
from tiltyard.ledger.engine import DatabaseError, Ledger
from tiltyard.ledger.records import AttemptEnd, Battle, Slot

FRAME_S = 0.05
WORKING_S = 5.0
"""How often followers are told that a turn is still being worked on."""
LINGER_S = 60.0
"""How long a finished log stays, so that a reader who lost the connection can read its end."""

log = structlog.get_logger()


class BusyError(TiltyardError):
    """As many turns are being answered as this server takes on at once."""

    status: ClassVar[int] = 503
    title: ClassVar[str] = "The arena is full"


class LiveTurn:
    """One run of a turn: the sides that are answering, their clock and their log."""

    def __init__(
        self,
        battle: Battle,
        sides: Sequence[Answering],
        ledger: Ledger,
        *,
        pace: Pace,
    ) -> None:
        self._run = run_of(battle)
        self.log = EventLog(self._run)
        self._battle = battle.id
        self._turn = battle.turns[-1].number
        self._sides = sides
        self._ledger = ledger
        self._pace = pace
        self._silent: set[Slot] = set()
        self._sent = {side.slot: asyncio.Event() for side in sides}
        self._ends: dict[Slot, AttemptEnd] = {}
        self._working_due = monotonic() + WORKING_S
        for attempt in ended_attempts(battle):
            for event in side_events(attempt, heard=0):
                self.log.append(event)

    def is_latest(self, battle: Battle) -> bool:
        """Say whether nothing was asked since: another server may have gone on with the battle."""
        return run_of(battle) == self._run

    def stop(self) -> None:
        """End every side where it is, and send what there is."""
        self._pace = AsItComes()
        for side in self._sides:
            side.cut("stopped")

    async def run(self) -> None:
        """Let the sides answer, tell the followers, and write every end into the ledger."""
        try:
            async with asyncio.TaskGroup() as producers:
                for side in self._sides:
                    producers.create_task(self._produce(side))
                await self._keep_time()
        finally:
            self.log.close()

    async def _produce(self, side: Answering) -> None:
        end = await side.run()
        self._silent.add(side.slot)
        # Recorded earlier, an end could be read in the ledger before its words have gone out.
        await self._sent[side.slot].wait()
        try:
            await self._record(side, end)
        except DatabaseError as error:
            # The other side goes on. What could not be recorded is failed when it is next read.
            log.error("an end was not recorded", battle=str(self._battle), error=str(error))  # noqa: TRY400  # a traceback shows the answer
            end = AttemptEnd("failed", text="")
        self._ends[side.slot] = end

    async def _record(self, side: Answering, end: AttemptEnd) -> None:
        async with self._ledger.writing() as connection:
            await battles.end_attempt(
                connection,
                self._battle,
                self._turn,
                side.slot,
                number=side.number,
                end=end,
                at=datetime.now(UTC),
            )

    async def _keep_time(self) -> None:
        open_sides = list(self._sides)
        while open_sides:
            await asyncio.sleep(FRAME_S)
            self._tick(open_sides)
            for side in [each for each in open_sides if each.slot in self._ends]:
                self._send_end(side)
                open_sides.remove(side)
        await self._send_turn_done()

    def _tick(self, sides: Sequence[Answering]) -> None:
        """Do what is due on the clock that all sides share."""
        for side in sides:
            side.check_patience()
        now = monotonic()
        if now >= self._working_due:
            self._working_due = now + WORKING_S
            self.log.append(Working(self._turn))
        self._send_texts(sides)

    def _send_texts(self, sides: Sequence[Answering]) -> None:
        """Send what the pace lets out, and note which sides have nothing more to send."""
        ready = {side.slot: Ready(side.waiting, side.slot in self._silent) for side in sides}
        released = self._pace.release(ready)
        for side in sides:
            offset, text = side.take(released[side.slot])
            if text:
                self.log.append(Frame(side.slot, self._turn, side.number, offset, text))
            if side.slot in self._silent and not side.waiting:
                self._sent[side.slot].set()

    def _send_end(self, side: Answering) -> None:
        state = self._ends[side.slot].state
        if state == "failed":
            self.log.append(Problem(side.slot, self._turn))
        self.log.append(SideDone(side.slot, self._turn, state))

    async def _send_turn_done(self) -> None:
        async with self._ledger.reading() as connection:
            battle = await battles.read_battle(connection, self._battle)
        if battle is not None:
            self.log.append(TurnDone(self._turn, battle_state(battle).value))


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
        self._claims: Counter[UUID] = Counter()
        self._unclaimed = asyncio.Condition()

    @asynccontextmanager
    async def claim(self, battle: UUID, voter: str) -> AsyncGenerator[None]:
        """Hold a place for a battle while its turn is recorded and started.

        Raises
        ------
        BusyError
            When `limit` turns are being answered, or the voter's share of them; nothing has been
            recorded then.
        """
        if self._voters[voter] >= self._per_voter:
            raise BusyError(
                f"{self._per_voter} of your battles are being answered: wait for one to end."
            )
        if len(self._tasks) + self._claims.total() >= self._limit:
            raise BusyError("The arena is full just now: try again in a few seconds.")
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

    async def started(self, battle: UUID) -> None:
        """Wait while a turn of this battle is being recorded and started."""
        async with self._unclaimed:
            await self._unclaimed.wait_for(lambda: battle not in self._claims)

    def start(self, battle: UUID, turn: LiveTurn, voter: str) -> None:
        """Begin to answer, in a task that belongs to the battle."""
        self._turns[battle] = turn
        task = asyncio.create_task(turn.run(), name=f"battle {battle}")
        self._tasks[battle] = task
        task.add_done_callback(lambda done: self._ended(battle, turn, done))
        task.add_done_callback(lambda _: self._leave(voter))

    def log(self, battle: Battle) -> EventLog | None:
        """Return the log of a battle's live or just finished turn, unless another run followed."""
        turn = self._turns.get(battle.id)
        return turn.log if turn is not None and turn.is_latest(battle) else None

    def is_live(self, battle: UUID) -> bool:
        """Say whether this server is answering this battle, or about to."""
        return battle in self._tasks or battle in self._claims

    def stop(self, battle: UUID) -> None:
        """Stop a battle's answers, if they are coming."""
        if battle in self._tasks:
            self._turns[battle].stop()

    async def finished(self, battle: UUID) -> None:
        """Wait until a battle's turn has ended, however it ends."""
        if battle in self._tasks:
            await asyncio.wait([self._tasks[battle]])

    def end_logs(self) -> None:
        """Let every reader finish with what there is, so that connections can close."""
        for turn in self._turns.values():
            turn.log.close()

    def forget(self, battle: UUID) -> None:
        """Drop what is remembered of a battle's finished turn."""
        self._turns.pop(battle, None)

    async def close(self) -> None:
        """Cancel everything."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _ended(self, battle: UUID, turn: LiveTurn, task: asyncio.Task[None]) -> None:
        if self._tasks.get(battle) is task:
            del self._tasks[battle]
        error = None if task.cancelled() else task.exception()
        if error is not None:
            trace = "".join(traceback.format_exception(error))
            log.error("a live turn broke", battle=str(battle), traceback=trace)
        # A log without its end is of no use: the ledger tells it better.
        linger = 0 if task.cancelled() or error is not None else LINGER_S
        asyncio.get_running_loop().call_later(linger, self._drop, battle, turn)

    def _leave(self, voter: str) -> None:
        self._voters[voter] -= 1
        self._voters += Counter()  # forgets the voters who wait for nothing

    def _drop(self, battle: UUID, turn: LiveTurn) -> None:
        if self._turns.get(battle) is turn:
            del self._turns[battle]
