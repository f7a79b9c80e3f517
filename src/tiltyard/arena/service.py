"""What people do in an arena: open a battle, go on, stop, retry, look back, forget."""

import random
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import structlog

from tiltyard.arena.choosing import ModeError, check_mode, new_battle
from tiltyard.arena.definition import ArenaDefinition, Mode
from tiltyard.arena.entrants import Entrants
from tiltyard.arena.events import Numbered
from tiltyard.arena.examples import example_battles
from tiltyard.arena.exposure import Exposure
from tiltyard.arena.following import Following
from tiltyard.arena.live import LiveTurns
from tiltyard.arena.match import (
    BattleState,
    Call,
    battle_state,
    is_hidden,
    require,
    require_in_time,
    require_turn_left,
)
from tiltyard.arena.message import check_message
from tiltyard.arena.own import read_own
from tiltyard.arena.pairing.service import Pairing
from tiltyard.arena.reveal import Reveal, Reveals
from tiltyard.arena.roster import Roster
from tiltyard.arena.turns import Turns
from tiltyard.arena.uploads import Uploads
from tiltyard.arena.voting import give_up
from tiltyard.contestants.adapters import Adapters
from tiltyard.contestants.catalogue import Catalogue
from tiltyard.contestants.messages import Part
from tiltyard.ledger import battles, history, register
from tiltyard.ledger.engine import OUTAGES, Connection, Ledger
from tiltyard.ledger.erasing import forget_battle
from tiltyard.ledger.records import Battle
from tiltyard.ledger.sources import EXAMPLES

log = structlog.get_logger()


class Arena:
    """One arena with its contestants, its ledger and its live turns.

    Parameters
    ----------
    definition
        What kind of contest this is.
    roster, adapters
        Who may fight, and how they are reached.
    ledger
        Where everything is remembered.
    uploads
        The pictures that people sent.
    live
        The turns being answered by this server.
    chance
        Draws pairs, sides and seeds.
    """

    def __init__(
        self,
        definition: ArenaDefinition,
        roster: Roster,
        adapters: Adapters,
        ledger: Ledger,
        uploads: Uploads,
        *,
        live: LiveTurns,
        chance: random.Random,
    ) -> None:
        self.definition = definition
        self._roster = roster
        self._adapters = adapters
        self._ledger = ledger
        self._uploads = uploads
        self._live = live
        self._pairing = Pairing(definition.pairing, definition.id, ledger)
        self.entrants = Entrants(definition, roster, adapters.endpoints, self._pairing, chance)
        self.exposure = Exposure(ledger, definition.id)
        self._turns = Turns(definition, adapters, ledger, uploads, live=live, chance=chance)
        self._reveals = Reveals()
        self._following = Following(ledger, live)

    @property
    def catalogue(self) -> Catalogue:
        """The contestants as the ledger has them at this moment."""
        return self._roster.catalogue

    async def open(self) -> None:
        """Record the definition and the cards, and end what a stopped server left open."""
        await self._roster.open()
        now = datetime.now(UTC)
        document = self.definition.model_dump(mode="json")
        async with self._ledger.writing() as connection:
            await register.record_definition(
                connection, self.definition.id, self.definition.sha256, document, now
            )
            await battles.fail_open_attempts(connection, now, server=self._ledger.server)
        await self._pairing.open()

    async def add_examples(self) -> int:
        """Record the example battles, unless they are there; return how many there are."""
        now = datetime.now(UTC)
        async with self._ledger.writing() as connection:
            if not await history.count_battles(connection, EXAMPLES):
                past = list(example_battles(self.definition, self.entrants.public, before=now))
                await history.add_history(connection, past)
            return await history.count_battles(connection, EXAMPLES)

    async def close(self) -> None:
        """Stop answering, end in the ledger what was open, and let go of the providers."""
        await self._live.close()
        await self._pairing.close()
        try:
            async with self._ledger.writing() as connection:
                server = self._ledger.server
                await battles.fail_open_attempts(connection, datetime.now(UTC), server=server)
        except OUTAGES as error:
            # The next server to start ends them, as it does for one that was killed.
            log.warning("the ledger did not hear what ends with this server", error=str(error))
        await self._adapters.close()

    @property
    def is_draining(self) -> bool:
        """Whether the server is about to stop and takes on nothing new."""
        return self._live.draining

    async def drain(self, within_s: float) -> None:
        """Take on no more turns, and let those that run end; cut them after `within_s` seconds."""
        await self._live.drain(within_s)

    def cut_turns(self) -> None:
        """End every turn where it is, so that it can be retried."""
        self._live.cut_all()

    def end_streams(self) -> None:
        """Let every follower's stream end, so that the server can stop."""
        self._following.end_streams()

    async def open_battle(
        self,
        voter: str,
        parts: Sequence[Part],
        *,
        mode: Mode = "battle",
        models: Sequence[str] | None = None,
        continues: UUID | None = None,
    ) -> Battle:
        """Choose the contestants, record the battle, and let them begin to answer.

        Parameters
        ----------
        models
            Who is asked, by the ids people see; only where the mode has the person choose.
        continues
            A battle of the voter whose names are known and whose conversation goes on here, with
            the named models or with two others that are drawn.

        Raises
        ------
        MessageError, ModeError, UnknownModelError, UnknownBattleError, NotNowError, BusyError,
        NobodyToMeetError
            See there. Nothing is recorded then.
        """
        check_message(parts, self.definition)
        check_mode(mode, models, self.definition, continues=continues is not None)
        self._live.require_room(voter)
        earlier = None if continues is None else await self._to_continue(voter, continues)
        lineup = await self.entrants.lineup(models, earlier)
        battle = new_battle(self.definition, voter, mode, lineup, earlier)
        async with self._live.claim(battle.id, voter):
            async with self._ledger.writing() as connection:
                await battles.add_battle(connection, battle)
                await self._turns.add(connection, battle, 1, parts)
                battle = await read_own(connection, voter, battle.id)
            await self._turns.answer(battle)
        return battle

    async def next_turn(self, voter: str, id_: UUID, parts: Sequence[Part]) -> Battle:
        """Add the person's next message and let both sides answer it.

        Raises
        ------
        NotNowError
            While answers are coming, beyond the arena's number of turns, or blind after the time
            to vote.
        """
        check_message(parts, self.definition)
        async with self._live.claim(id_, voter):
            async with self._ledger.writing() as connection:
                battle = await self._locked(connection, voter, id_)
                require(battle, Call.TURN)
                require_in_time(battle, datetime.now(UTC))
                require_turn_left(battle, limit=self.definition.turns.max)
                await self._turns.add(connection, battle, battle.turn + 1, parts)
                battle = await read_own(connection, voter, id_)
            await self._turns.answer(battle)
        return battle

    async def retry(self, voter: str, id_: UUID) -> Battle:
        """Give every failed side of the current turn a new attempt.

        Raises
        ------
        NotNowError
            When no side has failed, or the time to vote is over.
        """
        async with self._live.claim(id_, voter):
            async with self._ledger.writing() as connection:
                battle = await self._locked(connection, voter, id_)
                require(battle, Call.RETRY)
                require_in_time(battle, datetime.now(UTC))
                await self._turns.open_again(connection, battle)
                battle = await read_own(connection, voter, id_)
            await self._turns.answer(battle)
        return battle

    async def stop(self, voter: str, id_: UUID) -> Battle:
        """Stop the answers where they are, and wait until that is recorded."""
        return await self._following.stop(voter, id_)

    async def give_up(self, voter: str, id_: UUID) -> Battle:
        """Reveal the names without a vote; that counts as nothing, and is recorded."""
        async with self._ledger.writing() as connection:
            battle = await self._locked(connection, voter, id_)
            await give_up(connection, battle, datetime.now(UTC))
            return await read_own(connection, voter, id_)

    async def forget(self, voter: str, id_: UUID) -> None:
        """Erase what was said in a battle; that it was held, and its vote, stay."""
        pictures: Sequence[str] = ()
        async with self._ledger.writing() as connection:
            battle = await self._locked(connection, voter, id_)
            if battle_state(battle) is not BattleState.FORGOTTEN:
                require(battle, Call.FORGET)
                await forget_battle(connection, id_, datetime.now(UTC))
                pictures = await self._uploads.release(connection, id_)
        await self._uploads.erase(pictures)

    async def battle(self, voter: str, id_: UUID) -> Battle:
        """Read one of the voter's battles.

        Raises
        ------
        UnknownBattleError
            When there is none of this id, or it is another voter's.
        """
        return await self._following.battle(voter, id_)

    async def events(self, voter: str, id_: UUID, *, after: int) -> AsyncGenerator[Numbered]:
        """Follow the current turn, from the event after `after` on."""
        return await self._following.events(voter, id_, after=after)

    async def reveals(self, seen: Sequence[Battle]) -> Mapping[UUID, Reveal]:
        """Read who it was, for those battles that hide it no longer, or never did."""
        shown = [battle for battle in seen if not is_hidden(battle)]
        if not shown:
            return {}
        async with self._ledger.reading() as connection:
            return await self._reveals.of_each(connection, shown)

    async def _to_continue(self, voter: str, id_: UUID) -> Battle:
        earlier = await self.battle(voter, id_)
        if earlier.arena != self.definition.id:
            raise ModeError(
                f"That battle was held in the arena {earlier.arena}: go on with it there."
            )
        require(earlier, Call.CONTINUE)
        require_turn_left(earlier, limit=self.definition.turns.max)
        return earlier

    async def _locked(self, connection: Connection, voter: str, id_: UUID) -> Battle:
        await battles.lock_battle(connection, id_)
        return await read_own(connection, voter, id_)
