"""Who never meets whom."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tiltyard.arena.pairing.rules import NeverMeet
from tiltyard.contestants.card import Contestant, Status
from tiltyard.contestants.face import is_untold

Pairs = npt.NDArray[np.bool_]


def kept_apart(rules: NeverMeet, cards: Sequence[Contestant]) -> Pairs:
    """Shape (K, K). True where two contestants never meet; nobody meets itself.

    A preview or a contestant under an alias has no organisation and no family here: from the pairs
    that never appear anybody could tell whose it is.
    """
    apart = np.eye(len(cards), dtype=np.bool_)
    for shared in rules.same:
        apart |= _same([_what(card, shared) for card in cards])
    place = {card.id: number for number, card in enumerate(cards)}
    for group in rules.groups:
        members = [place[id_] for id_ in group if id_ in place]
        apart[np.ix_(members, members)] = True
    return apart


def is_anonymous(card: Contestant) -> bool:
    """Say whether people may not know whose it is."""
    return is_untold(card)


def _same(values: Sequence[str | None]) -> Pairs:
    codes: dict[str | None, int] = {None: -1}
    of_each = np.array([codes.setdefault(value, len(codes)) for value in values], np.int64)
    equal: Pairs = (of_each[:, None] == of_each) & (of_each >= 0)
    return equal


def _what(card: Contestant, shared: str) -> str | None:
    if shared == "preview":
        return "preview" if card.status is Status.PREVIEW else None
    if is_anonymous(card):
        return None
    value: str | None = getattr(card, shared)
    return None if value is None else value.casefold().strip()
