"""Contestants and standings for tests of pairing."""

import itertools
from collections.abc import Sequence

from scipy.special import expit

from tiltyard.arena.pairing.standings import Row, Standings
from tiltyard.contestants.card import Contestant, Status


def card(
    id_: str,
    organisation: str = "Org",
    *,
    family: str | None = None,
    status: Status = Status.PUBLIC,
    alias: str | None = None,
) -> Contestant:
    return Contestant(
        id=id_,
        name=id_.upper(),
        organisation=organisation,
        licence="none",
        adapter="demo",
        model="wren",
        family=family,
        status=status,
        alias=alias,
    )


def field(count: int, *, organisations: int | None = None) -> list[Contestant]:
    """Contestants m000, m001 … of as many organisations, or of these few in turn."""
    groups = organisations or count
    return [card(f"m{number:03}", f"Org {number % groups}") for number in range(count)]


def voted(cards: Sequence[Contestant], votes: Sequence[int]) -> Standings:
    """Standings in which each contestant has about this many votes, the first ones the best."""
    rows: list[Row] = []
    for one, other in itertools.combinations(range(len(cards)), 2):
        count = max(2, min(votes[one], votes[other]) // (len(cards) - 1))
        wins = round((count - 2) * float(expit(0.2 * (other - one)))) + 1
        rows.append((cards[one].id, cards[other].id, "a", wins))
        rows.append((cards[one].id, cards[other].id, "b", count - wins))
    return Standings.of(rows)
