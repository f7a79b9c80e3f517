"""The public register: what became public or was retired, when and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tiltyard.arena.applying import listed_cards
from tiltyard.contestants.card import Status
from tiltyard.contestants.face import Face, public_face
from tiltyard.ledger.contestant_changes import ContestantChange, read_changes
from tiltyard.ledger.engine import Connection


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """A contestant that became public or was retired.

    Attributes
    ----------
    face
        How people see the contestant today.
    status
        What it became: public or retired.
    reason
        The operator's words.
    """

    face: Face
    status: str
    reason: str
    at: datetime


async def read_register(connection: Connection) -> list[RegisterEntry]:
    """Read the whole register, the newest entry first."""
    faces = {card.id: public_face(card) for card in await listed_cards(connection)}
    return register_of(await read_changes(connection), faces)


def register_of(
    changes: Iterable[ContestantChange], faces: Mapping[str, Face]
) -> list[RegisterEntry]:
    """Keep of all changes what anybody may know, the newest first.

    A contestant's life begins here when it first is public; cards that change without the status
    are left out, too.

    Parameters
    ----------
    changes
        In the order they were made.
    faces
        Of the contestants that are or once were public, by their ids in the ledger.
    """
    entries: list[RegisterEntry] = []
    last: dict[str, str] = {}
    for change in changes:
        began = change.contestant in last or change.status == Status.PUBLIC
        if began and last.get(change.contestant) != change.status:
            last[change.contestant] = change.status
            face = faces[change.contestant]
            entries.append(RegisterEntry(face, change.status, change.reason, change.at))
    return entries[::-1]
