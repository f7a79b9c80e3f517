"""Pairing in a running arena: standings that follow the votes, and tables that follow both."""

import asyncio
import random
import traceback
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from weakref import WeakSet

import structlog

from tiltyard.arena.pairing.draw_table import DrawTable, Pair
from tiltyard.arena.pairing.rules import PairingRules
from tiltyard.arena.pairing.standings import NO_VOTES, Standings
from tiltyard.contestants.card import Contestant
from tiltyard.ledger import exposure, votes
from tiltyard.ledger.engine import OUTAGES, Ledger
from tiltyard.ledger.standings import count_by_pair

LOOK_S = 5.0
"""How often new votes are looked for, while battles are opened."""
REST = 20.0
"""A look rests this many times as long as it took: a twentieth of a core at most."""
STALE_S = 600.0
"""New votes, however few, wait no longer than this."""
FEWEST, SHARE, MOST = 10, 0.01, 200
"""Standings are made anew after a hundredth more votes, and between these numbers."""
TABLES = 4
"""Sets of candidates whose tables are kept: a thousand candidates take 12 MB."""

log = structlog.get_logger()


class Pairing:
    """Draws the pairs of one arena.

    A draw never waits for new standings: it uses the last ones while a task makes the next.
    The very first waits, so that after a restart the votes count from the first battle on.

    Parameters
    ----------
    rules, arena
        The `[pairing]` section, and whose it is.
    ledger
        Where votes are counted.
    look_s
        How often new votes are looked for.
    """

    def __init__(
        self, rules: PairingRules, arena: str, ledger: Ledger, *, look_s: float = LOOK_S
    ) -> None:
        self.rules = rules
        self._arena = arena
        self._ledger = ledger
        self._look_s = look_s
        self._standings = None if rules.needs_standings else NO_VOTES
        self._tables: OrderedDict[tuple[int, ...], DrawTable] = OrderedDict()
        self._declared: WeakSet[DrawTable] = WeakSet()
        self._made = self._next_look = 0.0
        self._candidates = 0
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Make the first standings, where the policy needs any."""
        if self._standings is None:
            await self.refresh()

    async def draw(
        self, candidates: Sequence[Contestant], chance: random.Random, *, declare: bool = True
    ) -> Pair:
        """Draw two of the candidates under the policy and the standings of this moment.

        Parameters
        ----------
        candidates
            Who may be drawn now. Cards are told apart by identity: a changed catalogue has
            new ones.
        chance
            Gives the two random numbers.
        declare
            Whether the battle counts as exposure, so that everybody's share must be recorded.

        Raises
        ------
        NobodyToMeetError
            When no two of them may meet.
        """
        await self.open()
        self._refresh_soon()
        table = await self.table(candidates)
        pair = table.draw(chance)
        return replace(pair, declared=await self._declare(table)) if declare else pair

    async def table(self, candidates: Sequence[Contestant]) -> DrawTable:
        """Return the distribution that these candidates are drawn from now.

        Raises
        ------
        NobodyToMeetError
            When no two of them may meet.
        """
        self._candidates = len(candidates)
        key = tuple(map(id, candidates))
        table = self._tables.get(key)
        if table is None:
            standings = self._standings or NO_VOTES
            table = await asyncio.to_thread(DrawTable, self.rules, candidates, standings)
            if standings is (self._standings or NO_VOTES):
                self._keep(key, table)
        else:
            self._tables.move_to_end(key)
        return table

    async def refresh(self) -> None:
        """Count and rate the votes of the ledger, in a thread."""
        self._standings = await self._ledger.in_thread(
            lambda connection: Standings.of(count_by_pair(connection, self._arena))
        )
        self._made = monotonic()
        self._tables.clear()

    async def close(self) -> None:
        """Stop looking for votes."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _declare(self, table: DrawTable) -> str:
        """Record everybody's share, once a table, before a battle refers to it."""
        if table not in self._declared:
            digest = await asyncio.to_thread(lambda: table.digest)
            now = datetime.now(UTC)
            async with self._ledger.writing() as connection:
                await exposure.record_shares(
                    connection, digest, self._arena, table.policy, table.shares, now
                )
            self._declared.add(table)
        return table.digest

    def _keep(self, key: tuple[int, ...], table: DrawTable) -> None:
        # The table holds the cards, so their identities cannot be taken over by others.
        self._tables[key] = table
        while len(self._tables) > TABLES:
            self._tables.popitem(last=False)

    def _refresh_soon(self) -> None:
        if not self.rules.needs_standings or monotonic() < self._next_look:
            return
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look(), name="standings")

    async def _look(self) -> None:
        """Make new standings if enough was voted; what goes wrong is logged, the old ones stay."""
        began = monotonic()
        try:
            if await self._is_behind():
                await self.refresh()
        except OUTAGES as error:
            log.warning("the standings wait for the ledger", error=str(error))
        except Exception:  # noqa: BLE001  # the job's edge: drawing goes on with the old standings
            trace = traceback.format_exc()
            log.error("the standings could not be made", traceback=trace)  # noqa: TRY400  # the traceback as text shows no values
        took = monotonic() - began
        self._next_look = monotonic() + max(self._look_s, REST * took)

    async def _is_behind(self) -> bool:
        async with self._ledger.reading() as connection:
            count = await votes.count_votes(connection, self._arena, previews=True)
        known = 0 if self._standings is None else self._standings.total
        if monotonic() - self._made > STALE_S:
            return count != known
        return abs(count - known) >= enough(known, self._candidates)


def enough(known: int, contestants: int) -> int:
    """Say how many more votes than `known` make new standings worth their making.

    A table takes K² steps, so among many contestants the standings may be older.
    """
    return max(min(max(FEWEST, round(SHARE * known)), MOST), contestants // 5)
