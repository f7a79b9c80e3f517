"""A battle as its voter finds it: looked at, followed and stopped, whichever server answers it."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from uuid import UUID

from tiltyard.arena.elsewhere import ElsewhereError, awaited
from tiltyard.arena.events import Numbered
from tiltyard.arena.live import LiveTurns
from tiltyard.arena.match import BattleState, battle_state
from tiltyard.arena.own import read_own
from tiltyard.arena.replay import replay
from tiltyard.ledger import battles
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.records import Battle
from tiltyard.ledger.servers import bury_dead


class Following:
    """Follows the turns of a voter's battles.

    Parameters
    ----------
    ledger
        Where battles are remembered.
    live
        The turns being answered by this server.
    """

    def __init__(self, ledger: Ledger, live: LiveTurns) -> None:
        self._ledger = ledger
        self._live = live
        self._ending = False

    async def battle(self, voter: str, id_: UUID) -> Battle:
        """Read a battle; one that nobody answers any more is ended by that.

        Raises
        ------
        UnknownBattleError
            When there is none of this id, or it is another voter's.
        """
        async with self._ledger.reading() as connection:
            battle = await read_own(connection, voter, id_)
        self._live.visit(id_)
        if battle_state(battle) is BattleState.ANSWERING and not self._live.is_live(id_):
            return await self._abandon(voter, id_)
        return battle

    async def events(self, voter: str, id_: UUID, *, after: int) -> AsyncGenerator[Numbered]:
        """Follow the current turn, from the event after `after` on."""
        await self._live.started(id_)
        battle = await self.battle(voter, id_)
        log = self._live.log(battle)
        if log is not None and not battle.erased:
            return log.read(after)
        if battle_state(battle) is BattleState.ANSWERING:
            return awaited(
                lambda: self.battle(voter, id_), after=after, is_ending=lambda: self._ending
            )
        return replay(battle, after=after)

    async def stop(self, voter: str, id_: UUID) -> Battle:
        """Stop the answers where they are, and wait until that is recorded.

        Raises
        ------
        ElsewhereError
            When another server answers the battle, and was not reached.
        """
        await self._live.started(id_)
        await self.battle(voter, id_)
        self._live.stop(id_)
        await self._live.finished(id_)
        battle = await self.battle(voter, id_)
        if battle_state(battle) is BattleState.ANSWERING and not self._live.is_live(id_):
            raise ElsewhereError(
                "Another server answers this battle and cannot be reached just now: try again."
            )
        return battle

    def end_streams(self) -> None:
        """Let every follower's stream end, so that the server can stop."""
        self._ending = True
        self._live.end_logs()

    async def _abandon(self, voter: str, id_: UUID) -> Battle:
        """End what nobody answers; what another living server answers stays as it is."""
        await bury_dead(self._ledger)
        async with self._ledger.writing() as connection:
            await battles.lock_battle(connection, id_)
            # Asked again under the lock: meanwhile the turn may have ended and the next begun.
            if not self._live.is_live(id_):
                now, server = datetime.now(UTC), self._ledger.server
                await battles.fail_open_attempts(connection, now, server=server, battle=id_)
            return await read_own(connection, voter, id_)
