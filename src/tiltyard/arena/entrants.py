"""Who may fight in an arena, and who stands in its next battle."""

import random
from collections.abc import Sequence
from contextlib import suppress

from tiltyard.arena.choosing import Lineup, drawn, named
from tiltyard.arena.continuing import others
from tiltyard.arena.definition import ArenaDefinition
from tiltyard.arena.pairing.draw_table import NobodyToMeetError, Pair
from tiltyard.arena.pairing.service import Pairing
from tiltyard.arena.roster import Roster
from tiltyard.contestants.card import Contestant, Status
from tiltyard.contestants.endpoints import Endpoints
from tiltyard.ledger.records import Battle


class Entrants:
    """The contestants of one arena.

    Parameters
    ----------
    definition
        What they must accept.
    roster, endpoints
        Who there is at this moment, and whose endpoint answers.
    pairing, chance
        How two are drawn.
    """

    def __init__(
        self,
        definition: ArenaDefinition,
        roster: Roster,
        endpoints: Endpoints,
        pairing: Pairing,
        chance: random.Random,
    ) -> None:
        self._definition = definition
        self._roster = roster
        self._endpoints = endpoints
        self._pairing = pairing
        self._chance = chance

    @property
    def able(self) -> Sequence[Contestant]:
        """Who may be drawn here: whoever accepts everything that a message here may hold.

        Not only what this message holds: a picture may come at any turn, and to refuse it then
        would say something about who is answering.
        """
        wanted = set(self._definition.accept.parts)
        drawable = self._roster.catalogue.drawable
        return [card for card in drawable if wanted <= set(card.accepts)]

    @property
    def public(self) -> Sequence[Contestant]:
        """Who may stand here with its name: the public ones among the able."""
        return [card for card in self.able if card.status is Status.PUBLIC]

    def require_pair(self) -> None:
        """Refuse to open an arena in which no two can meet.

        Raises
        ------
        NobodyToMeetError
            When fewer than two public contestants accept what may be sent here.
        """
        parts = self._definition.accept.parts
        if len(self.public) < 2:  # noqa: PLR2004  # a pair is two
            wanted = ", ".join(f'"{part}"' for part in parts)
            raise NobodyToMeetError(
                f"The arena {self._definition.id} needs two public contestants that accept "
                f"{' and '.join(parts)}: put accepts = [{wanted}] on their cards, or leave the "
                "arena out."
            )

    async def lineup(self, models: Sequence[str] | None, earlier: Battle | None) -> Lineup:
        """Stand the named models on their sides, or two that are drawn.

        Parameters
        ----------
        earlier
            The battle whose conversation goes on: others than its contestants are drawn then.

        Raises
        ------
        UnknownModelError, NobodyElseError, NobodyToMeetError
            See there.
        """
        if models is not None:
            return named(models, self.public)
        # What goes on after a reveal is not hidden, so nobody stands there under an alias.
        candidates = self.able if earlier is None else others(self.public, earlier)
        return drawn(await self._drawn(candidates, counts=earlier is None))

    async def _drawn(self, candidates: Sequence[Contestant], *, counts: bool) -> Pair:
        """Draw a pair, without those whose endpoint is out as long as two others may meet."""
        well = self._endpoints.answering(candidates)
        if len(well) < len(candidates):
            with suppress(NobodyToMeetError):
                return await self._pairing.draw(well, self._chance, declare=counts)
        return await self._pairing.draw(candidates, self._chance, declare=counts)
