"""A voter's own battles: nobody learns of another person's that it is there."""

from typing import ClassVar
from uuid import UUID

from tiltyard.errors import TiltyardError
from tiltyard.ledger import battles
from tiltyard.ledger.engine import Connection
from tiltyard.ledger.records import Battle

NO_SUCH_BATTLE = (
    "There is no battle with this id among yours: it may be mistyped, or another person's."
)


class UnknownBattleError(TiltyardError):
    """None of the voter's battles has this id: there is none, or it is another person's."""

    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such battle"


def read_id(given: str) -> UUID:
    """Read the id of a battle in an address.

    Raises
    ------
    UnknownBattleError
        When it is none.
    """
    try:
        return UUID(given)
    except ValueError:
        raise UnknownBattleError(NO_SUCH_BATTLE) from None


async def read_own(connection: Connection, voter: str, id_: UUID) -> Battle:
    """Read one of the voter's battles.

    Raises
    ------
    UnknownBattleError
        When there is none of this id, or it is another voter's.
    """
    return own(await battles.read_battle(connection, id_), voter)


def own(battle: Battle | None, voter: str) -> Battle:
    """Return the battle if it is the voter's.

    Raises
    ------
    UnknownBattleError
        When there is none, or it is another voter's.
    """
    if battle is None or battle.voter != voter:
        raise UnknownBattleError(NO_SUCH_BATTLE)
    return battle
