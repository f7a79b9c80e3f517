"""What people do in an arena: open a battle, go on, stop, retry, vote, look back, forget."""

import asyncio
import random
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic
from typing import Any, ClassVar
from uuid import UUID, uuid4

from tiltyard.arena.answering import Answering
from tiltyard.arena.choosing import Lineup, ModeError, check_mode, drawn, named
from tiltyard.arena.continuing import goes_on, others, read_earlier
from tiltyard.arena.definition import ArenaDefinition, Mode
from tiltyard.arena.events import Numbered, Working
from tiltyard.arena.examples import SOURCE, example_battles
from tiltyard.arena.exposure import Exposure
from tiltyard.arena.live import LiveTurns
from tiltyard.arena.live_turn import FRAME_S, WORKING_S, LiveTurn
from tiltyard.arena.match import (
    BattleState,
    Call,
    battle_state,
    is_hidden,
    require,
    require_turn_left,
)
from tiltyard.arena.message import check_message, conversation, to_json
from tiltyard.arena.pacing import pace_of
from tiltyard.arena.pairing.draw_table import NobodyToMeetError, Pair
from tiltyard.arena.pairing.service import Pairing
from tiltyard.arena.places import Place, run_of
from tiltyard.arena.replay import replay
from tiltyard.arena.reveal import read_reveals
from tiltyard.arena.uploads import Uploads
from tiltyard.arena.voting import Ballot, cast_vote, check_ballot, give_up
from tiltyard.contestants.adapters import Adapters
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.catalogue import Catalogue
from tiltyard.contestants.messages import Part
from tiltyard.errors import TiltyardError
from tiltyard.ledger import battles, history, register
from tiltyard.ledger.engine import Connection, Ledger
from tiltyard.ledger.records import Battle, Slot
from tiltyard.ledger.servers import bury_dead

NO_SUCH_BATTLE = (
    "There is no battle with this id among yours: it may be mistyped, or another person's."
)
HISTORY = 100
SEEDS = 2**31 - 1
ELSEWHERE_S = 0.5
"""How often the ledger is asked whether another server has answered."""


class UnknownBattleError(TiltyardError):
    """None of the voter's battles has this id: there is none, or it is another person's."""

    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such battle"


class ElsewhereError(TiltyardError):
    """Only the server that answers a battle can do this, and it was not reached."""

    status: ClassVar[int] = 503
    title: ClassVar[str] = "Answered by another server"


class Arena:
    """One arena with its contestants, its ledger and its live turns.

    Parameters
    ----------
    definition
        What kind of contest this is.
    catalogue, adapters
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
        catalogue: Catalogue,
        adapters: Adapters,
        ledger: Ledger,
        uploads: Uploads,
        *,
        live: LiveTurns,
        chance: random.Random,
    ) -> None:
        self.definition = definition
        self.catalogue = catalogue
        self._adapters = adapters
        self._ledger = ledger
        self._uploads = uploads
        self._live = live
        self._chance = chance
        self._pairing = Pairing(definition.pairing, definition.id, ledger)
        self.exposure = Exposure(ledger, definition.id)
        self._ending = False

    @property
    def able(self) -> Sequence[Contestant]:
        """Who may stand here: whoever accepts everything that a message here may hold.

        Not only what this message holds: a picture may come at any turn, and to refuse it then
        would say something about who is answering.
        """
        wanted = set(self.definition.accept.parts)
        return [card for card in self.catalogue.drawable if wanted <= set(card.accepts)]

    def require_pair(self) -> None:
        """Refuse to open an arena in which no two can meet.

        Raises
        ------
        NobodyToMeetError
            When fewer than two public contestants accept what may be sent here.
        """
        parts = self.definition.accept.parts
        if len(self.able) < 2:  # noqa: PLR2004  # a pair is two
            wanted = ", ".join(f'"{part}"' for part in parts)
            raise NobodyToMeetError(
                f"The arena {self.definition.id} needs two public contestants that accept "
                f"{' and '.join(parts)}: put accepts = [{wanted}] on their cards, or leave the "
                "arena out."
            )

    async def open(self) -> None:
        """Record the definition and the cards, and end what a stopped server left open."""
        now = datetime.now(UTC)
        document = self.definition.model_dump(mode="json")
        async with self._ledger.writing() as connection:
            await register.record_definition(
                connection, self.definition.id, self.definition.sha256, document, now
            )
            for card in self.catalogue:
                await register.record_contestant(
                    connection, card.id, card.version, card.model_dump(mode="json"), now
                )
            await battles.fail_open_attempts(connection, now, server=self._ledger.server)
        await self._pairing.open()

    async def add_examples(self) -> int:
        """Record the example battles, unless they are there; return how many there are."""
        now = datetime.now(UTC)
        async with self._ledger.writing() as connection:
            if not await history.count_battles(connection, SOURCE):
                past = list(example_battles(self.definition, self.able, before=now))
                await history.add_history(connection, past)
            return await history.count_battles(connection, SOURCE)

    async def close(self) -> None:
        """Stop answering, end in the ledger what was open, and let go of the providers."""
        await self._live.close()
        await self._pairing.close()
        async with self._ledger.writing() as connection:
            server = self._ledger.server
            await battles.fail_open_attempts(connection, datetime.now(UTC), server=server)
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
        self._ending = True
        self._live.end_logs()

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
        battle = self._new_battle(voter, mode, await self._lineup(models, earlier), earlier)
        async with self._live.claim(battle.id, voter):
            async with self._ledger.writing() as connection:
                await battles.add_battle(connection, battle)
                battle = await self._add_turn(connection, battle, 1, parts)
            await self._answer(battle)
        return battle

    async def next_turn(self, voter: str, id_: UUID, parts: Sequence[Part]) -> Battle:
        """Add the person's next message and let both sides answer it.

        Raises
        ------
        NotNowError
            While answers are coming, or beyond the arena's number of turns.
        """
        check_message(parts, self.definition)
        async with self._live.claim(id_, voter):
            async with self._ledger.writing() as connection:
                battle = await self._locked(connection, voter, id_)
                require(battle, Call.TURN)
                require_turn_left(battle, limit=self.definition.turns.max)
                battle = await self._add_turn(connection, battle, battle.turn + 1, parts)
            await self._answer(battle)
        return battle

    async def retry(self, voter: str, id_: UUID) -> Battle:
        """Give every failed side of the current turn a new attempt.

        Raises
        ------
        NotNowError
            When no side has failed.
        """
        async with self._live.claim(id_, voter):
            async with self._ledger.writing() as connection:
                battle = await self._locked(connection, voter, id_)
                require(battle, Call.RETRY)
                turn = battle.turn
                failed = {
                    side.slot: battle.attempt(turn, side.slot).number
                    for side in battle.sides
                    if battle.attempt(turn, side.slot).state == "failed"
                }
                for slot, number in failed.items():
                    await self._open_attempt(connection, battle.id, turn, slot, number + 1)
                battle = await _read(connection, voter, id_)
            await self._answer(battle)
        return battle

    async def stop(self, voter: str, id_: UUID) -> Battle:
        """Stop the answers where they are, and wait until that is recorded."""
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

    async def vote(self, voter: str, id_: UUID, ballot: Ballot, *, key: str) -> Mapping[str, Any]:
        """Record the vote and, with it, the reveal; both are committed before the answer."""
        check_ballot(ballot, self.definition)
        async with self._ledger.writing() as connection:
            battle = await self._locked(connection, voter, id_)
            return await cast_vote(connection, battle, ballot, key=key, at=datetime.now(UTC))

    async def give_up(self, voter: str, id_: UUID) -> Battle:
        """Reveal the names without a vote; that counts as nothing, and is recorded."""
        async with self._ledger.writing() as connection:
            battle = await self._locked(connection, voter, id_)
            await give_up(connection, battle, datetime.now(UTC))
            return await _read(connection, voter, id_)

    async def forget(self, voter: str, id_: UUID) -> None:
        """Erase what was said in a battle; that it was held, and its vote, stay."""
        async with self._ledger.writing() as connection:
            battle = await self._locked(connection, voter, id_)
            if battle_state(battle) is not BattleState.FORGOTTEN:
                require(battle, Call.FORGET)
                await battles.forget_battle(connection, id_, datetime.now(UTC))
                await self._uploads.release(connection, id_)
        self._live.forget(id_)

    async def battle(self, voter: str, id_: UUID) -> Battle:
        """Read one of the voter's battles.

        Raises
        ------
        UnknownBattleError
            When there is none of this id, or it is another voter's.
        """
        async with self._ledger.reading() as connection:
            battle = await _read(connection, voter, id_)
        self._live.visit(id_)
        if battle_state(battle) is BattleState.ANSWERING and not self._live.is_live(id_):
            return await self._abandon(voter, id_)
        return battle

    async def history(self, voter: str) -> Sequence[Battle]:
        """Read the voter's newest battles."""
        async with self._ledger.reading() as connection:
            return await battles.battles_of_voter(connection, voter, limit=HISTORY)

    async def reveals(self, seen: Sequence[Battle]) -> Mapping[UUID, Mapping[str, Any]]:
        """Read who it was, for those battles that hide it no longer, or never did."""
        shown = [battle for battle in seen if not is_hidden(battle)]
        if not shown:
            return {}
        async with self._ledger.reading() as connection:
            return await read_reveals(connection, shown)

    async def events(self, voter: str, id_: UUID, *, after: int) -> AsyncGenerator[Numbered]:
        """Follow the current turn, from the event after `after` on."""
        await self._live.started(id_)
        battle = await self.battle(voter, id_)
        log = self._live.log(battle)
        if log is not None and not battle.erased:
            return log.read(after)
        if battle_state(battle) is BattleState.ANSWERING:
            return self._awaited(voter, id_, after=after)
        return replay(battle, after=after)

    async def _to_continue(self, voter: str, id_: UUID) -> Battle:
        earlier = await self.battle(voter, id_)
        if earlier.arena != self.definition.id:
            raise ModeError(
                f"That battle was held in the arena {earlier.arena}: go on with it there."
            )
        require(earlier, Call.CONTINUE)
        require_turn_left(earlier, limit=self.definition.turns.max)
        return earlier

    async def _lineup(self, models: Sequence[str] | None, earlier: Battle | None) -> Lineup:
        public = self.able
        if models is not None:
            return named(models, public)
        return drawn(await self._drawn(others(public, earlier), counts=earlier is None))

    async def _drawn(self, candidates: Sequence[Contestant], *, counts: bool) -> Pair:
        """Draw a pair, without those whose endpoint is out as long as two others may meet."""
        well = self._adapters.endpoints.answering(candidates)
        if len(well) < len(candidates):
            with suppress(NobodyToMeetError):
                return await self._pairing.draw(well, self._chance, declare=counts)
        return await self._pairing.draw(candidates, self._chance, declare=counts)

    def _new_battle(self, voter: str, mode: Mode, lineup: Lineup, earlier: Battle | None) -> Battle:
        return Battle(
            id=uuid4(),
            arena=self.definition.id,
            definition=self.definition.sha256,
            mode=mode,
            source="arena",
            voter=voter,
            policy=lineup.policy,
            pair_probability=lineup.probability,
            declared=lineup.declared,
            created_at=datetime.now(UTC),
            sides=lineup.sides,
            turns=[],
            attempts=[],
            votes=[],
            erased=False,
            continued=None if earlier is None else goes_on(earlier),
        )

    async def _locked(self, connection: Connection, voter: str, id_: UUID) -> Battle:
        await battles.lock_battle(connection, id_)
        return await _read(connection, voter, id_)

    async def _add_turn(
        self, connection: Connection, battle: Battle, number: int, parts: Sequence[Part]
    ) -> Battle:
        now = datetime.now(UTC)
        parts = await self._uploads.claim(connection, battle.voter, parts)
        await battles.add_turn(connection, battle.id, number, to_json(parts), now)
        await self._uploads.use(connection, battle.id, number, parts)
        for side in battle.sides:
            await self._open_attempt(connection, battle.id, number, side.slot, 1)
        return await _read(connection, battle.voter, battle.id)

    async def _open_attempt(
        self, connection: Connection, id_: UUID, turn: int, slot: Slot, number: int
    ) -> None:
        await battles.open_attempt(
            connection,
            id_,
            turn,
            slot,
            number=number,
            seed=self._chance.randint(0, SEEDS),
            server=self._ledger.server,
            at=datetime.now(UTC),
        )

    async def _answer(self, battle: Battle) -> None:
        turn = battle.turn
        async with self._ledger.reading() as connection:
            stored = await register.read_versions(connection, (s.version for s in battle.sides))
            earlier = await read_earlier(connection, battle)
        cards = {
            side.slot: Contestant.model_validate(stored[side.version]) for side in battle.sides
        }
        sides = [
            Answering(
                slot=attempt.slot,
                number=attempt.number,
                seed=attempt.seed,
                contestant=cards[attempt.slot],
                adapter=self._adapters.of(cards[attempt.slot]),
                conversation=await self._uploads.lend(
                    conversation(
                        battle, attempt.slot, self.definition.answer.system, earlier=earlier
                    )
                ),
                rules=self.definition.answer,
            )
            for attempt in battle.attempts
            if attempt.turn == turn and attempt.state == "streaming"
        ]
        pace = pace_of(self.definition.pacing, frame_s=FRAME_S)
        live = LiveTurn(
            battle,
            sides,
            self._ledger,
            pace=pace,
            unattended_s=self.definition.answer.unattended_s,
        )
        self._live.start(battle.id, live, battle.voter)

    async def _abandon(self, voter: str, id_: UUID) -> Battle:
        """End what nobody answers; what another living server answers stays as it is."""
        await bury_dead(self._ledger)
        async with self._ledger.writing() as connection:
            now, server = datetime.now(UTC), self._ledger.server
            await battles.fail_open_attempts(connection, now, server=server, battle=id_)
            return await _read(connection, voter, id_)

    async def _awaited(self, voter: str, id_: UUID, *, after: int) -> AsyncGenerator[Numbered]:
        """Wait until another server has answered, then tell what it left in the ledger."""
        battle = await self.battle(voter, id_)
        place = Place.at(after, run=run_of(battle))
        working = Working(battle.turns[-1].number)
        due = monotonic() + WORKING_S
        while battle_state(battle) is BattleState.ANSWERING and not self._ending:
            if monotonic() >= due:
                due += WORKING_S
                yield Numbered(place.advance(working), working)
            await asyncio.sleep(ELSEWHERE_S)
            battle = await self.battle(voter, id_)
        if battle_state(battle) is not BattleState.ANSWERING:
            async for numbered in replay(battle, after=after):
                yield numbered


async def _read(connection: Connection, voter: str, id_: UUID) -> Battle:
    battle = await battles.read_battle(connection, id_)
    if battle is None or battle.voter != voter:
        raise UnknownBattleError(NO_SUCH_BATTLE)
    return battle
