"""Going on after the reveal with other contestants: a new battle that takes over what was said."""

from collections.abc import Sequence
from typing import ClassVar

from tiltyard.contestants.card import Contestant
from tiltyard.errors import TiltyardError
from tiltyard.ledger import battles
from tiltyard.ledger.engine import Connection
from tiltyard.ledger.records import Battle, Continued


class NobodyElseError(TiltyardError):
    """Fewer than two contestants have not been in the conversation."""

    status: ClassVar[int] = 409
    title: ClassVar[str] = "Nobody else to go on with"


def goes_on(earlier: Battle) -> Continued:
    """Say which battle a new one goes on from, and how many turns were had by then."""
    before = earlier.continued.turns_before if earlier.continued else 0
    return Continued(earlier.id, before + earlier.turn)


def others(contestants: Sequence[Contestant], earlier: Battle) -> Sequence[Contestant]:
    """Leave out who stood in the earlier battle.

    Raises
    ------
    NobodyElseError
        When fewer than two remain.
    """
    stood = {side.contestant for side in earlier.sides}
    rest = [card for card in contestants if card.id not in stood]
    if len(rest) < len(earlier.sides):
        raise NobodyElseError(
            "There are no two others to go on with: go on with these, or name two models."
        )
    return rest


async def read_earlier(connection: Connection, battle: Battle) -> Sequence[Battle]:
    """Read the battles that this one goes on from, oldest first."""
    chain: list[Battle] = []
    link = battle.continued
    while link is not None:
        earlier = await battles.read_battle(connection, link.battle)
        if earlier is None:
            break
        chain.insert(0, earlier)
        link = earlier.continued
    return chain
