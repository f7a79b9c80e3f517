"""What anybody may know of a contestant."""

import re
from dataclasses import dataclass

from tiltyard.contestants.card import Contestant

UNTOLD = "not told"


@dataclass(frozen=True, slots=True)
class Face:
    """A contestant as people see it: on boards, in the reveal, in the public catalogue."""

    id: str
    name: str
    organisation: str
    licence: str
    demo: bool
    url: str


def public_face(card: Contestant) -> Face:
    """Show a contestant, or its alias and nothing else when it has one."""
    id_ = public_id(card)
    untold = card.alias is not None
    return Face(
        id=id_,
        name=card.alias or card.name,
        organisation=UNTOLD if untold else card.organisation,
        licence=UNTOLD if untold else card.licence,
        demo=card.demo,
        url=f"/api/v1/models/{id_}",
    )


def public_id(card: Contestant) -> str:
    """Return the id that people see: of an alias, one made of its letters."""
    if card.alias is None:
        return card.id
    letters = re.sub(r"[^a-z0-9]+", "-", card.alias.casefold()).strip("-")
    return f"alias-{letters or card.version}"
