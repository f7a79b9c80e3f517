"""Who it was: what the vote unlocks."""

from collections.abc import Mapping
from typing import Any

from tiltyard.ledger.engine import Connection
from tiltyard.ledger.records import Battle
from tiltyard.ledger.register import read_card


def public_card(card: Mapping[str, Any]) -> dict[str, Any]:
    """Reduce a contestant's card to what anybody may know of it."""
    return {
        "id": card["id"],
        "name": card["name"],
        "organisation": card["organisation"],
        "licence": card["licence"],
        "demo": card["adapter"] == "demo",
        "url": f"/api/v1/models/{card['id']}",
    }


async def read_reveal(connection: Connection, battle: Battle) -> dict[str, dict[str, Any]]:
    """Read who stood on each side, as their cards were when the battle was opened."""
    return {
        side.slot: public_card(await read_card(connection, side.version)) for side in battle.sides
    }
