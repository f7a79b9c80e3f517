"""What anybody may know of a model: its facts, its entries in the register, where it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from tiltyard.arena.applying import listed_cards
from tiltyard.arena.public_register import RegisterEntry, read_register
from tiltyard.boards.published.boards import PublishedBoards
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.face import Face, is_untold, public_face, public_id
from tiltyard.errors import TiltyardError
from tiltyard.ledger import snapshots
from tiltyard.ledger.engine import Connection, Ledger, SyncConnection


class UnknownModelError(TiltyardError):
    """No public contestant has this id."""

    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such model"


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a card says that anybody may read; of one under an alias, hardly anything."""

    face: Face
    status: str
    released: date | None
    price_input_usd_per_million: float | None
    price_output_usd_per_million: float | None
    billion_parameters: float | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model stands on one board. What could not be estimated is null.

    `name` is what people call the slice.
    """

    arena: str
    slice: str
    name: str
    published_at: datetime
    rating: float | None
    lower: float | None
    upper: float | None
    rank: int | None
    rank_lower: int | None
    rank_upper: int | None
    contestants: int
    battles: int


@dataclass(frozen=True, slots=True)
class ModelProfile:
    """A model as its page shows it; `entries` are the register's, the newest first."""

    facts: ModelFacts
    entries: tuple[RegisterEntry, ...]
    places: tuple[Place, ...]


async def model_profile(ledger: Ledger, boards: PublishedBoards, model_id: str) -> ModelProfile:
    """Put together what is public of a model.

    Raises
    ------
    UnknownModelError
        When no public contestant has this id.
    """
    async with ledger.reading() as connection:
        card = await listed_card(connection, model_id)
        register = await read_register(connection)
    keys: dict[str, list[tuple[str, str]]] = {}
    for summary in await boards.summaries():
        keys.setdefault(summary["arena"], []).append((summary["slice"], ""))
    places = await ledger.in_thread(lambda connection: _places(connection, keys, model_id))
    entries = tuple(entry for entry in register if entry.face.id == model_id)
    return ModelProfile(public_facts(card), entries, tuple(places))


async def listed_card(connection: Connection, model_id: str) -> Contestant:
    """Find the card of a contestant that anybody may know of, by the id that people see.

    Raises
    ------
    UnknownModelError
        When there is none.
    """
    for card in await listed_cards(connection):
        if public_id(card) == model_id:
            return card
    raise UnknownModelError("No public contestant has this id: GET /api/v1/models lists them.")


def public_facts(card: Contestant) -> ModelFacts:
    """Take from a card what anybody may read."""
    known = not is_untold(card)
    return ModelFacts(
        face=public_face(card),
        status=card.status.value,
        released=card.released if known else None,
        price_input_usd_per_million=card.price_input_usd_per_million if known else None,
        price_output_usd_per_million=card.price_output_usd_per_million if known else None,
        billion_parameters=card.billion_parameters if known else None,
    )


def _places(
    connection: SyncConnection, keys: Mapping[str, Sequence[tuple[str, str]]], model_id: str
) -> list[Place]:
    """Look a model up on every newest board; in a thread, since they are many."""
    found = []
    for arena, slices in keys.items():
        for number in snapshots.newest_numbers(connection, arena, slices).values():
            board = snapshots.read_numbered(connection, number).board
            found += [_place(board, row) for row in board["models"] if row["model"] == model_id]
    return found


def _place(board: Mapping[str, Any], row: Mapping[str, Any]) -> Place:
    names = ("rating", "lower", "upper", "rank", "rank_lower", "rank_upper", "battles")
    return Place(
        arena=board["arena"],
        slice=board["slice"],
        name=board.get("name", board["slice"]),
        published_at=datetime.fromisoformat(board["published_at"]),
        contestants=len(board["models"]),
        **{name: row[name] for name in names},
    )
