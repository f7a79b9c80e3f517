"""What every model costs, how large and how fast it is: what ratings are compared with."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Literal, get_args

from tiltyard.arena.applying import listed_cards
from tiltyard.boards.swapping import Prices
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.face import is_untold, public_id
from tiltyard.ledger.answer_measures import AnswerMeasures, measure_answers
from tiltyard.ledger.engine import Ledger

Measure = Literal["price", "cost", "size", "latency", "duration"]
MEASURES: tuple[Measure, ...] = get_args(Measure)

UNITS: Mapping[Measure, str] = {
    "price": "US dollars per million tokens, three read for one written",
    "cost": "US dollars per answer, the mean of the newest here",
    "size": "billion parameters",
    "latency": "milliseconds to the first word, the mean of the newest answers here",
    "duration": "milliseconds to the last word, the mean of the newest answers here",
}

FRESH_S = 60.0
"""Measured answers are not measured again for this long."""


@dataclass(frozen=True, slots=True)
class ModelMeasures:
    """One model's; None where it is not known."""

    prices: Prices
    size: float | None
    latency: float | None
    duration: float | None

    def of(self, measure: Measure) -> float | None:
        """Take one of them."""
        known: Mapping[Measure, float | None] = {
            "price": self.prices.blended,
            "cost": self.prices.cost_usd_per_answer,
            "size": self.size,
            "latency": self.latency,
            "duration": self.duration,
        }
        return known[measure]


class Measures:
    """The measures of every model that may be named, by its id on boards."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._measured: dict[str, tuple[float, Mapping[str, AnswerMeasures]]] = {}

    async def of_arena(self, arena: str) -> Mapping[str, ModelMeasures]:
        """Read them; of a model under an alias nothing is told, since it would tell who it is."""
        async with self._ledger.reading() as connection:
            cards = [card for card in await listed_cards(connection) if not is_untold(card)]
        answers = await self._answers(arena)
        return {public_id(card): _measures(card, answers.get(card.id)) for card in cards}

    async def _answers(self, arena: str) -> Mapping[str, AnswerMeasures]:
        known = self._measured.get(arena)
        if known is None or monotonic() - known[0] > FRESH_S:
            found = await self._ledger.in_thread(lambda one: measure_answers(one, arena))
            known = (monotonic(), {measures.contestant: measures for measures in found})
            self._measured[arena] = known
        return known[1]


def _measures(card: Contestant, answers: AnswerMeasures | None) -> ModelMeasures:
    return ModelMeasures(
        Prices(
            card.price_input_usd_per_million,
            card.price_output_usd_per_million,
            answers.cost_usd if answers else None,
            answers.priced_answers if answers else 0,
        ),
        card.billion_parameters,
        answers.first_text_ms if answers else None,
        answers.duration_ms if answers else None,
    )
