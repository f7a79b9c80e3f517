"""A swap as its page shows it: every number already words and positions."""

from dataclasses import dataclass

from tiltyard.boards.records import Estimate
from tiltyard.boards.swapping import Prices, SliceSwap, by_chance
from tiltyard.web.pages.forest import Interval, Scale
from tiltyard.web.pages.words import grouped, signed
from tiltyard.web.swap import SwapAnswer

SWAPPED = {
    "better": "better",
    "worse": "worse",
    "cannot_tell": "the votes cannot tell",
}
HALVES = Scale(0.0, 1.0)
CONFIDENCE = 0.95
"""Of all published boards."""


@dataclass(frozen=True, slots=True)
class SwapRow:
    """One board's line."""

    slice: str
    name: str
    preferred: str
    bounds: str
    interval: Interval
    points: str
    battles: str
    few: bool
    verdict: str
    certain: bool


@dataclass(frozen=True, slots=True)
class SwapView:
    """What `swap.html` prints of an answer: boards that rate both, and how many do not.

    `unmade` are slices without such a board: names, and the reason that they share.
    """

    rows: tuple[SwapRow, ...]
    unrated: int
    by_chance: str | None
    unmade: tuple[tuple[str, str], ...]
    old_price: str
    new_price: str
    times: str | None
    was_free: bool


def swap_view(answer: SwapAnswer) -> SwapView:
    """Word a swap."""
    times = answer.times_the_price
    rows = tuple(
        _swap_row(one, answer, one.preferred, one.points)
        for one in answer.slices
        if one.preferred is not None and one.points is not None
    )
    return SwapView(
        rows,
        len(answer.slices) - len(rows),
        by_chance(answer.slices, CONFIDENCE),
        _by_reason(answer),
        _price(answer.old_prices),
        _price(answer.new_prices),
        None if times is None else f"{times:.2g}",
        times is None and answer.old_prices.is_nothing,
    )


def _by_reason(answer: SwapAnswer) -> tuple[tuple[str, str], ...]:
    named: dict[str, list[str]] = {}
    for slice_, reason in answer.unmade.items():
        named.setdefault(reason, []).append(answer.names[slice_])
    return tuple((", ".join(names), reason) for reason, names in named.items())


def _swap_row(one: SliceSwap, answer: SwapAnswer, known: Estimate, points: Estimate) -> SwapRow:
    return SwapRow(
        slice=one.slice,
        name=answer.names[one.slice],
        preferred=f"{known.estimate:.0%}",
        bounds=f"{known.lower:.0%} to {known.upper:.0%}",
        interval=HALVES.interval(known.lower, known.estimate, known.upper),
        points=signed(points.estimate),
        battles=f"{grouped(one.old_battles)} and {grouped(one.new_battles)}",
        few=one.slice in answer.few,
        verdict=SWAPPED[one.verdict],
        certain=one.verdict in {"better", "worse"},
    )


def _price(prices: Prices) -> str:
    said = []
    if prices.cost_usd_per_answer is not None:
        said.append(f"${prices.cost_usd_per_answer:.4g} per answer here")
    if prices.blended is not None:
        given, made = prices.price_input_usd_per_million, prices.price_output_usd_per_million
        said.append(f"${given:g} per million tokens read and ${made:g} written")
    return ", ".join(said) or "not known"
