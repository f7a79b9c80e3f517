"""A turn that is being answered: its sides, their clock and their log.

Generation belongs to the battle, whoever is connected. Two producers fill their own text; one clock
takes what is new from both, frames it into the battle's one event log, and announces the ends.
When nobody has followed for as long as the arena allows, the answers are cut and can be retried.
Where words are paced, a cut ends both sides at what has been told of them.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from time import monotonic

import structlog

from tiltyard.arena.answering import ABANDONED, DRAINED, STOPPED, Answering, Cut, shortened
from tiltyard.arena.event_log import EventLog
from tiltyard.arena.events import Frame, Problem, SideDone, TurnDone, Working
from tiltyard.arena.match import battle_state
from tiltyard.arena.pacing import Pace, Ready
from tiltyard.arena.places import run_of
from tiltyard.arena.replay import ended_attempts, side_events
from tiltyard.ledger import battles
from tiltyard.ledger.engine import DatabaseError, Ledger
from tiltyard.ledger.patience import patiently
from tiltyard.ledger.records import AttemptEnd, Battle, Slot

FRAME_S = 0.05
WORKING_S = 5.0
"""How often followers are told that a turn is still being worked on."""

log = structlog.get_logger()


class LiveTurn:
    """One run of a turn.

    Parameters
    ----------
    battle
        As it is in the ledger, with the attempts that `sides` make.
    sides
        Who answers in this run.
    ledger
        Where ends are recorded.
    pace
        How fast words go out.
    unattended_s
        Seconds that the answers go on while nobody follows.
    """

    def __init__(
        self,
        battle: Battle,
        sides: Sequence[Answering],
        ledger: Ledger,
        *,
        pace: Pace,
        unattended_s: float,
    ) -> None:
        self._run = run_of(battle)
        self.log = EventLog(self._run)
        self._battle = battle.id
        self._turn = battle.turns[-1].number
        self._sides = sides
        self._ledger = ledger
        self._pace = pace
        self._cut_short: Cut | None = None
        self._silent: dict[Slot, AttemptEnd] = {}
        self._sent = {side.slot: asyncio.Event() for side in sides}
        self._ends: dict[Slot, AttemptEnd] = {}
        self._unattended_s = unattended_s
        self._attended = monotonic()
        self._working_due = monotonic() + WORKING_S
        for attempt in ended_attempts(battle):
            for event in side_events(attempt, heard=0):
                self.log.append(event)

    def is_latest(self, battle: Battle) -> bool:
        """Say whether nothing was asked since: another server may have gone on with the battle."""
        return run_of(battle) == self._run

    def stop(self) -> None:
        """End every side where it is, because the person said so."""
        self._cut(STOPPED)

    def drain(self) -> None:
        """End every side where it is, because the server stops; the turn can be retried."""
        self._cut(DRAINED)

    def visit(self) -> None:
        """Note that the person has looked at the battle."""
        self._attended = monotonic()

    def _cut(self, cut: Cut) -> None:
        if self._pace.holds_back and self._cut_short is None:
            self._cut_short = cut
        for side in self._sides:
            side.cut(cut)

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
        self._silent[side.slot] = await side.run()
        # Recorded earlier, an end could be read in the ledger before its words have gone out.
        await self._sent[side.slot].wait()
        end = self._silent[side.slot]
        try:
            await patiently(partial(self._record, side, end))
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
            ended = [side for side in open_sides if side.slot in self._ends]
            if self._cut_short is not None and ended != open_sides:
                continue  # which side was cut sooner would say which was still speaking
            for side in ended:
                self._send_end(side)
                open_sides.remove(side)
        await self._send_turn_done()

    def _tick(self, sides: Sequence[Answering]) -> None:
        """Do what is due on the clock that all sides share."""
        for side in sides:
            side.check_patience()
        now = monotonic()
        if self.log.followers:
            self._attended = now
        elif now - self._attended >= self._unattended_s:
            self._cut(ABANDONED)
        if now >= self._working_due:
            self._working_due = now + WORKING_S
            self.log.append(Working(self._turn))
        if self._cut_short is None:
            self._send_texts(sides)
        else:
            self._end_short(sides, self._cut_short)

    def _end_short(self, sides: Sequence[Answering], cut: Cut) -> None:
        """End what has not been told to its end, on all sides together, where the words are."""
        untold = [side for side in sides if not self._sent[side.slot].is_set()]
        if any(side.slot not in self._silent for side in untold):
            return
        for side in untold:
            end = self._silent[side.slot]
            self._silent[side.slot] = shortened(end, cut, told=side.taken)
            self._sent[side.slot].set()

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
        battle = await patiently(self._read)
        # Another tab may have gone on since: whoever follows this turn then comes back for that.
        if battle is not None and self.is_latest(battle):
            self.log.append(TurnDone(self._turn, battle_state(battle).value))

    async def _read(self) -> Battle | None:
        async with self._ledger.reading() as connection:
            return await battles.read_battle(connection, self._battle)
