"""A board beside a measure as its page shows it: every number already words and positions."""

from collections.abc import Mapping
from dataclasses import dataclass

from tiltyard.boards.records import Estimate
from tiltyard.boards.value import Valued
from tiltyard.web.measures import Measure
from tiltyard.web.pages.forest import Interval, Scale, Tick, scale_over
from tiltyard.web.pages.words import signed
from tiltyard.web.value import ValueAnswer

COMPARED = {"above": "above the line", "below": "below the line", "as_predicted": "as predicted"}
SHORT_UNITS: Mapping[Measure, str] = {
    "price": "$ per million tokens",
    "cost": "$ per answer",
    "size": "billion parameters",
    "latency": "ms to the first word",
    "duration": "ms to the last word",
}


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
        per_doubling=f"{signed(slope.estimate)} points ({_bounds(slope)})",
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
        residual=signed(one.residual.estimate),
        bounds=_bounds(one.residual),
        interval=scale.interval(one.residual.lower, one.residual.estimate, one.residual.upper),
        verdict=COMPARED[one.verdict],
        certain=one.verdict != "as_predicted",
        frontier=one.frontier,
        beaten_by=", ".join(names.get(other, other) for other in one.surely_beaten_by[:3]),
    )


def _bounds(of: Estimate) -> str:
    return f"{signed(of.lower)} to {signed(of.upper)}"
