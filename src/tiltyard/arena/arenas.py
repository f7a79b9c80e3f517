"""The arenas that one installation hosts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from tiltyard.arena.definition import ArenaDefinition
from tiltyard.arena.match import NotNowError
from tiltyard.arena.own import NO_SUCH_BATTLE, UnknownBattleError, read_own
from tiltyard.arena.reveal import Reveals
from tiltyard.arena.service import Arena
from tiltyard.arena.voting import Ballot, Voting
from tiltyard.errors import TiltyardError
from tiltyard.ledger import battles
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.records import Battle


class UnknownArenaError(TiltyardError):
    """No arena has this name."""

    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such arena"


class Arenas:
    """Arenas that share contestants, a ledger and live turns.

    Parameters
    ----------
    hosted
        At least one; people who name none come to the first.
    ledger
        Where it stands which battle was held where.
    """

    def __init__(self, hosted: Sequence[Arena], ledger: Ledger) -> None:
        self._hosted = {arena.definition.id: arena for arena in hosted}
        self._ledger = ledger
        self.first = hosted[0]
        self._voting = Voting(ledger, Reveals(), lambda each: self._playing(each.arena).definition)

    def __iter__(self) -> Iterator[Arena]:
        return iter(self._hosted.values())

    def __len__(self) -> int:
        return len(self._hosted)

    def named(self, arena: str) -> Arena:
        """Find an arena by its id.

        Raises
        ------
        UnknownArenaError
            When this installation does not host it.
        """
        if arena not in self._hosted:
            raise UnknownArenaError(
                f"There is no arena {arena!r} here: this server has {', '.join(self._hosted)}."
            )
        return self._hosted[arena]

    async def of_battle(self, voter: str, id_: UUID) -> Arena:
        """Find the arena that looks after a battle of the voter's.

        A battle whose own arena is hosted no longer is in the care of the first: to look at it, to
        learn the names and to forget it takes no rules.

        Raises
        ------
        UnknownBattleError
            When there is none of this id, or it is another voter's.
        """
        return self._hosted.get(await self._place(voter, id_), self.first)

    async def playing(self, voter: str, id_: UUID) -> Arena:
        """Find the arena by whose rules a battle of the voter's goes on.

        Raises
        ------
        UnknownBattleError
            When there is none of this id, or it is another voter's.
        NotNowError
            When its arena is hosted no longer.
        """
        return self._playing(await self._place(voter, id_))

    async def vote(self, voter: str, id_: UUID, ballot: Ballot, *, key: str) -> Mapping[str, Any]:
        """Record a vote by the rules of the battle's arena, and answer with the reveal.

        The arena is found with the battle: to ask for it first would be a trip of its own.
        """
        return await self._voting.vote(voter, id_, ballot, key=key)

    async def history(
        self, voter: str, *, limit: int, before: UUID | None = None
    ) -> Sequence[Battle]:
        """Read the voter's newest battles in all arenas, or those just older than the one named.

        Raises
        ------
        UnknownBattleError
            When there is none of that id, or it is another voter's.
        """
        async with self._ledger.reading() as connection:
            earlier = None if before is None else await read_own(connection, voter, before)
            return await battles.battles_of_voter(connection, voter, limit=limit, before=earlier)

    def _playing(self, place: str) -> Arena:
        if place not in self._hosted:
            raise NotNowError(
                f"The arena {place} is not held here any more: look at this battle, give it up or "
                "forget it, and start a new one elsewhere."
            )
        return self._hosted[place]

    async def _place(self, voter: str, id_: UUID) -> str:
        async with self._ledger.reading() as connection:
            place = await battles.arena_of(connection, id_, voter=voter)
        if place is None:
            raise UnknownBattleError(NO_SUCH_BATTLE)
        return place

    @property
    def take_images(self) -> bool:
        """Whether any of them does."""
        return any(arena.definition.accept.images is not None for arena in self)

    def rules_of(self, battle: Battle) -> ArenaDefinition:
        """Give the definition to show a battle by.

        One whose arena is hosted no longer can only be looked at; any rules serve for that.
        """
        return self._hosted.get(battle.arena, self.first).definition

    async def open(self) -> None:
        """Open every arena."""
        for arena in self:
            await arena.open()

    async def close(self) -> None:
        """Close every arena."""
        for arena in self:
            await arena.close()

    @property
    def is_draining(self) -> bool:
        """Whether the server is about to stop and takes on nothing new."""
        return self.first.is_draining

    async def drain(self, within_s: float) -> None:
        """Take on no more turns anywhere; the arenas share the live ones."""
        await self.first.drain(within_s)

    def cut_turns(self) -> None:
        """End every turn where it is, so that it can be retried."""
        self.first.cut_turns()

    def end_streams(self) -> None:
        """Let every follower's stream end."""
        for arena in self:
            arena.end_streams()
