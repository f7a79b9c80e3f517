"""Who it was: what the vote unlocks."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from tiltyard.contestants.card import Contestant
from tiltyard.contestants.face import public_face
from tiltyard.ledger.engine import Connection
from tiltyard.ledger.records import Battle
from tiltyard.ledger.register import read_versions


async def read_reveal(connection: Connection, battle: Battle) -> dict[str, dict[str, Any]]:
    """Read who stood on each side, as their cards were when the battle was opened."""
    return (await read_reveals(connection, [battle]))[battle.id]


async def read_reveals(
    connection: Connection, battles: Sequence[Battle]
) -> dict[UUID, dict[str, dict[str, Any]]]:
    """Read who stood on each side of many battles, by battle."""
    versions = (side.version for battle in battles for side in battle.sides)
    cards = await read_versions(connection, versions)
    return {
        battle.id: {
            side.slot: asdict(public_face(Contestant.model_validate(cards[side.version])))
            for side in battle.sides
        }
        for battle in battles
    }
