"""What anybody may know of a contestant."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tiltyard.contestants.card import Contestant, EndpointOwner, Status

UNTOLD = "not told"
NAMELESS = "Anonymous"
"""Who is not public yet and has no alias is called so, whatever let it stand without one."""

NAMING = ("id", "name", "model", "organisation", "family", "alias")
"""The keys of a card that say what its contestant is called."""


@dataclass(frozen=True, slots=True)
class Face:
    """A contestant as people see it: on boards, in the reveal, in the public catalogue."""

    id: str
    name: str
    organisation: str
    licence: str
    demo: bool
    url: str
    endpoint: EndpointOwner | None = None


def public_face(card: Contestant) -> Face:
    """Show a contestant; or nothing but its alias, when it has one or is not public yet."""
    id_ = public_id(card)
    untold = is_untold(card)
    return Face(
        id=id_,
        name=(card.alias or NAMELESS) if untold else card.name,
        organisation=UNTOLD if untold else card.organisation,
        licence=UNTOLD if untold else card.licence,
        demo=card.demo,
        url=f"/api/v1/models/{id_}",
        endpoint=None if untold else card.endpoint,
    )


def is_untold(card: Contestant) -> bool:
    """Say whether people may not know who it is."""
    return card.alias is not None or card.status in (Status.DRAFT, Status.PREVIEW)


def public_id(card: Contestant) -> str:
    """Return the id that people see: of an alias, one made of its letters."""
    if not is_untold(card):
        return card.id
    letters = re.sub(r"[^a-z0-9]+", "-", (card.alias or "").casefold()).strip("-")
    return f"alias-{letters or card.version}"


def names_on(card: Mapping[str, Any]) -> tuple[str, ...]:
    """List what a contestant is called on a card, as the ledger has it."""
    return tuple(str(card[key]) for key in NAMING if card.get(key))
