"""Who it was: what the vote unlocks."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from tiltyard.contestants.card import Contestant
from tiltyard.contestants.face import public_face
from tiltyard.ledger.engine import Connection
from tiltyard.ledger.records import Battle
from tiltyard.ledger.register import read_versions

Reveal = Mapping[str, Mapping[str, Any]]
"""Who stood on each side, by its letter."""


class Reveals:
    """Tell who stood on each side of a battle, as their cards were when it was opened.

    A version of a card never changes, so each is read once. Nobody has as many as would weigh.
    """

    def __init__(self) -> None:
        self._faces: dict[str, Mapping[str, Any]] = {}

    async def of(self, connection: Connection, battle: Battle) -> Reveal:
        """Tell it of one battle."""
        return (await self.of_each(connection, [battle]))[battle.id]

    async def of_each(
        self, connection: Connection, battles: Sequence[Battle]
    ) -> Mapping[UUID, Reveal]:
        """Tell it of many battles, by battle."""
        versions = {side.version for battle in battles for side in battle.sides}
        if unknown := versions - self._faces.keys():
            cards = await read_versions(connection, unknown)
            for version, card in cards.items():
                self._faces[version] = asdict(public_face(Contestant.model_validate(card)))
        return {
            battle.id: {side.slot: self._faces[side.version] for side in battle.sides}
            for battle in battles
        }
