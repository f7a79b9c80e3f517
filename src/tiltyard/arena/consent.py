"""What people are told of publishing, and what they decide."""

from collections.abc import Sequence
from datetime import UTC, datetime

from tiltyard.arena.definition import ArenaDefinition
from tiltyard.ledger import consents
from tiltyard.ledger.engine import Ledger


async def lets_publish(ledger: Ledger, voter: str) -> bool:
    """Say whether a voter has not opted out."""
    async with ledger.reading() as connection:
        return await consents.lets_publish(connection, voter)


async def decide(
    ledger: Ledger, voter: str, definitions: Sequence[ArenaDefinition], *, publish: bool
) -> None:
    """Record what a voter decides, for all of their battles, past and to come.

    Parameters
    ----------
    definitions
        The arenas whose texts the voter was shown.
    """
    shown = {one.id: one.consent.version for one in definitions if one.consent is not None}
    async with ledger.writing() as connection:
        await consents.add_decision(
            connection, voter, datetime.now(UTC), publish=publish, shown=shown
        )
