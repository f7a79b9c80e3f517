"""The price frontier: what the best rating costs, and who gives it."""

from collections.abc import Mapping
from dataclasses import dataclass

from tiltyard.boards.board import Board
from tiltyard.boards.records import Standing


@dataclass(frozen=True, slots=True)
class Priced:
    """A rated model with its price, and whether no cheaper one is rated as high."""

    standing: Standing
    price: float
    best: bool

    @property
    def rating(self) -> float:
        """The rating, which every priced model has."""
        return self.standing.rating or 0.0


def price_frontier(board: Board, prices: Mapping[str, float]) -> list[Priced]:
    """Pair rated models with their prices, cheapest first, and mark the frontier.

    A model is on the frontier when every model that costs no more is rated lower. Models without
    a price, or with none above zero, are left out: a logarithmic axis has no place for them.
    """
    priced = [(prices[one.model], one) for one in board.rated if prices.get(one.model, 0.0) > 0]
    priced.sort(key=lambda pair: (pair[0], -(pair[1].rating or 0.0)))
    found, highest = [], float("-inf")
    for price, standing in priced:
        rating = standing.rating or 0.0
        found.append(Priced(standing, price, rating > highest))
        highest = max(highest, rating)
    return found
