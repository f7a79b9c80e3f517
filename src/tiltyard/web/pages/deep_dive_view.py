"""Deep dives as their pages show them: every number already words and positions."""

from collections.abc import Mapping
from dataclasses import dataclass

from tiltyard.boards.records import Estimate
from tiltyard.boards.swapping import Prices, SliceSwap, by_chance
from tiltyard.boards.tastes import OwnStanding
from tiltyard.boards.value import Valued
from tiltyard.web.deep_dives import SwapAnswer, ValueAnswer
from tiltyard.web.measures import Measure
from tiltyard.web.own_boards import OwnAnswer
from tiltyard.web.pages.board_view import Interval
from tiltyard.web.pages.forest import Scale, Tick, scale_over
from tiltyard.web.pages.words import grouped, percent

SWAPPED = {
    "better": "better",
    "worse": "worse",
    "cannot_tell": "the votes cannot tell",
}
COMPARED = {"above": "above the line", "below": "below the line", "as_predicted": "as predicted"}
LIKED = {"more": "liked more", "less": "liked less", "like_everybody": "as everybody"}
HALVES = Scale(0.0, 1.0)
CONFIDENCE = 0.95
"""Of all published boards."""
SHORT_UNITS: Mapping[Measure, str] = {
    "price": "$ per million tokens",
    "cost": "$ per answer",
    "size": "billion parameters",
    "latency": "ms to the first word",
    "duration": "ms to the last word",
}


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
        interval=_interval(known, HALVES),
        points=f"{points.estimate:+.0f}",
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


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One model's line."""

    model: str
    name: str
    rating: str
    measure: str
    expected: str
    residual: str
    bounds: str
    interval: Interval
    verdict: str
    certain: bool
    frontier: bool
    beaten_by: str


@dataclass(frozen=True, slots=True)
class ValueView:
    """What `value.html` prints of an answer; the frontier by rising measure."""

    rows: tuple[ValueRow, ...]
    frontier: tuple[ValueRow, ...]
    unit: str
    per_doubling: str
    left_out: tuple[str, ...]
    ticks: tuple[Tick, ...]
    zero: str


def value_view(answer: ValueAnswer) -> ValueView:
    """Word a board beside a measure."""
    models = answer.value.models
    ends = [end for one in models for end in (one.residual.lower, one.residual.upper)]
    scale = scale_over([0.0, *ends])
    rows = {one.standing.model: _value_row(one, answer.names, scale) for one in models}
    rising = sorted((one for one in models if one.frontier), key=lambda one: one.measure)
    slope = answer.value.per_doubling
    return ValueView(
        rows=tuple(rows.values()),
        frontier=tuple(rows[one.standing.model] for one in rising),
        unit=SHORT_UNITS[answer.by],
        per_doubling=f"{slope.estimate:+.0f} points ({slope.lower:+.0f} to {slope.upper:+.0f})",
        left_out=tuple(answer.names.get(id_, id_) for id_ in answer.value.left_out),
        ticks=scale.ticks(),
        zero=scale.x(0.0),
    )


def _value_row(one: Valued, names: Mapping[str, str], scale: Scale) -> ValueRow:
    id_ = one.standing.model
    return ValueRow(
        model=id_,
        name=names.get(id_, id_),
        rating=f"{one.standing.rating:.0f}",
        measure=f"{one.measure:.4g}",
        expected=f"{one.expected:.0f}",
        residual=f"{one.residual.estimate:+.0f}",
        bounds=f"{one.residual.lower:+.0f} to {one.residual.upper:+.0f}",
        interval=_interval(one.residual, scale),
        verdict=COMPARED[one.verdict],
        certain=one.verdict != "as_predicted",
        frontier=one.frontier,
        beaten_by=", ".join(names.get(other, other) for other in one.surely_beaten_by[:3]),
    )


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One model's line on an own board."""

    model: str
    name: str
    rating: str
    bounds: str
    interval: Interval
    everybody: str
    departure: str
    battles: str
    verdict: str
    certain: bool


@dataclass(frozen=True, slots=True)
class OwnView:
    """What `my_board.html` prints of an answer."""

    rows: tuple[OwnRow, ...]
    votes: str
    enough: bool
    share: str
    spread: str
    spread_assumed: bool
    ticks: tuple[Tick, ...]


def own_view(answer: OwnAnswer) -> OwnView | None:
    """Word an own board; None where nothing is rated yet."""
    board = answer.board
    if board is None or not board.models:
        return None
    scale = scale_over(end for one in board.models for end in (one.lower, one.upper))
    return OwnView(
        rows=tuple(_own_row(one, answer, scale) for one in board.models),
        votes=grouped(board.votes),
        enough=board.enough,
        share=percent(board.own_share),
        spread=f"{board.spread:.0f}",
        spread_assumed=board.spread_assumed,
        ticks=scale.ticks(),
    )


def _own_row(one: OwnStanding, answer: OwnAnswer, scale: Scale) -> OwnRow:
    record = f"{one.wins} won, {one.losses} lost, {one.ties} tied"
    return OwnRow(
        model=one.model,
        name=answer.names.get(one.model, one.model),
        rating=f"{one.rating:.0f}",
        bounds=f"{one.lower:.0f} to {one.upper:.0f}",
        interval=Interval(scale.x(one.lower), scale.x(one.rating), scale.x(one.upper)),
        everybody=f"{one.everybody:.0f}",
        departure=f"{one.departure.estimate:+.0f}",
        battles=record if answer.counted else "",
        verdict=LIKED[one.verdict],
        certain=one.verdict != "like_everybody",
    )


def _interval(found: Estimate, scale: Scale) -> Interval:
    return Interval(scale.x(found.lower), scale.x(found.estimate), scale.x(found.upper))
