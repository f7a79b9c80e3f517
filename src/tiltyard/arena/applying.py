"""Make a catalogue hold: what is new or changed becomes dated facts in the ledger."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from tiltyard.contestants.card import Contestant, Status
from tiltyard.contestants.catalogue import Catalogue
from tiltyard.contestants.life_cycle import (
    Change,
    changes_between,
    require_move,
    require_unlike,
)
from tiltyard.errors import TiltyardError
from tiltyard.ledger import contestant_changes as facts
from tiltyard.ledger import register
from tiltyard.ledger.contestant_changes import ContestantChange
from tiltyard.ledger.engine import Connection

NO_REASON = "No reason given."
AT_START = "Declared when a server started."


class UnknownContestantError(TiltyardError):
    """No contestant has this id."""

    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such contestant"


async def apply_cards(
    connection: Connection,
    cards: Iterable[Contestant],
    at: datetime,
    *,
    reason: str | None = None,
    retire_absent: bool = False,
) -> list[Change]:
    """Record what these cards change, in the caller's transaction; applied again, nothing.

    Parameters
    ----------
    at
        When, for the register.
    reason
        Why, for the register.
    retire_absent
        Whether contestants that are not among the cards are retired.

    Raises
    ------
    LifeCycleError
        When a contestant cannot become what its card says, or two would be taken for one.
    """
    await facts.lock_changes(connection)
    now = {card.id: card for card in await current_cards(connection)}
    changes = changes_between(now, cards, retire_absent=retire_absent)
    for change in changes:
        require_move(change, reason)
    require_unlike((now | {change.card.id: change.card for change in changes}).values())
    for change in changes:
        await _record(connection, change.card, at, reason or NO_REASON)
    return changes


async def apply_at_start(
    connection: Connection, cards: Iterable[Contestant], at: datetime
) -> list[Change]:
    """Apply the cards of a server that starts.

    Whoever was retired meanwhile stays it: a restart brings nobody back.
    """
    gone = {card.id for card in await current_cards(connection) if card.status is Status.RETIRED}
    kept = [card for card in cards if card.id not in gone or card.status is Status.RETIRED]
    return await apply_cards(connection, kept, at, reason=AT_START)


async def current_cards(connection: Connection) -> list[Contestant]:
    """Read the card of every contestant that holds now."""
    return [Contestant.model_validate(card) for card in await facts.read_current(connection)]


async def current_card(connection: Connection, id_: str) -> Contestant:
    """Read the card of a contestant that holds now.

    Raises
    ------
    UnknownContestantError
        When there is no such contestant.
    """
    for card in await current_cards(connection):
        if card.id == id_:
            return card
    raise UnknownContestantError(
        f"The ledger knows no contestant {id_!r}: look for its id in contestants.toml, and "
        "whether --data is the server's directory."
    )


async def require_pair_left(connection: Connection) -> None:
    """Refuse a change after which no battle could be drawn, before it is committed.

    Raises
    ------
    CatalogueError
        When fewer than two contestants are public.
    """
    cards = await current_cards(connection)
    Catalogue(tuple(cards), "After this change the ledger").require_pair()


async def listed_cards(connection: Connection) -> list[Contestant]:
    """Read the cards of those whom anybody may list: public now, or once and retired since."""
    ever = await facts.read_ever_public(connection)
    return [card for card in await current_cards(connection) if card.id in ever]


async def _record(connection: Connection, card: Contestant, at: datetime, reason: str) -> None:
    document = card.model_dump(mode="json")
    await register.record_contestant(connection, card.id, card.version, document, at)
    change = ContestantChange(card.id, card.version, card.status.value, reason, at)
    await facts.add_change(connection, change)
