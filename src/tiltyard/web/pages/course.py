"""The geometry of ratings over time: each model's course as lines and bands of an SVG."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from tiltyard.boards.past.history import Course, Point
from tiltyard.web.pages.forest import Scale, Tick, scale_over, tick_step
from tiltyard.web.pages.words import spoken_day

WIDE = 1000.0
"""Units across a chart; it is stretched to the width there is."""
DAY_TICKS = (0.0, 0.5, 1.0)
SECONDS_WITHIN, HOURS_WITHIN = timedelta(minutes=5), timedelta(days=3)
"""Spans whose labels tell the seconds, or the time of day."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A course without a gap: the path of its intervals, and that of its ratings."""

    band: str
    line: str


@dataclass(frozen=True, slots=True)
class CourseRow:
    """One model's chart, and the same in words."""

    model: str
    name: str
    rating: str
    stretches: tuple[Stretch, ...]
    words: str


@dataclass(frozen=True, slots=True)
class CourseChart:
    """Courses on one scale.

    Parameters
    ----------
    rows
        By falling newest rating.
    ratings
        Lines across, each with its label and its height in pixels from the top.
    days
        Labels along the time, as per cent of the width.
    one_day
        The day that all of them are of; None where they are of several.
    """

    height: int
    rows: tuple[CourseRow, ...]
    ratings: tuple[Tick, ...]
    days: tuple[Tick, ...]
    one_day: str | None


def course_chart(courses: Sequence[Course], *, height: int) -> CourseChart | None:
    """Lay courses out; None where no model was ever rated.

    Parameters
    ----------
    height
        Of each row, in pixels.
    """
    shown = sorted((course for course in courses if _rated(course)), key=_newest, reverse=True)
    if not shown:
        return None
    # First intervals are wide: they may be cut off, the ratings and the newest intervals not.
    ratings = (point.rating or 0.0 for course in shown for point in _rated(course))
    newest = (bound for course in shown for bound in _bounds(_rated(course)[-1]))
    scale = scale_over([*ratings, *newest])
    times = _Times.over(point.at for course in courses for point in course.points)
    rows = tuple(_row(course, scale, times, height) for course in shown)
    return CourseChart(height, rows, _ratings(scale, height), times.days(), times.one_day)


@dataclass(frozen=True, slots=True)
class _Times:
    first: datetime
    last: datetime

    @classmethod
    def over(cls, moments: Iterable[datetime]) -> "_Times":
        ordered = sorted(moments)
        return cls(ordered[0], ordered[-1])

    def share(self, at: datetime) -> float:
        """Where an instant lies, from 0 to 1; one instant alone lies in the middle."""
        span = self.last - self.first
        return (at - self.first) / span if span else 0.5

    @property
    def one_day(self) -> str | None:
        """The day, where all instants are of one."""
        return None if self.first.date() != self.last.date() else f"{spoken_day(self.first)}, UTC"

    def days(self) -> tuple[Tick, ...]:
        span = self.last - self.first
        shares = DAY_TICKS if span else DAY_TICKS[1:2]
        said = [(share, self._label(self.first + share * span)) for share in shares]
        return tuple(Tick(label, f"{100 * share:.0f}%") for share, label in said)

    def _label(self, at: datetime) -> str:
        """Write an instant as shortly as the others allow: three stand beside each other."""
        span = self.last - self.first
        if self.one_day is not None:
            return f"{at:%H:%M:%S}" if span < SECONDS_WITHIN else f"{at:%H:%M}"
        return f"{at.day} {at:%b, %H:%M}" if span < HOURS_WITHIN else f"{at.day} {at:%b %Y}"


def _rated(course: Course) -> list[Point]:
    return [point for point in course.points if point.rating is not None]


def _newest(course: Course) -> float:
    return _rated(course)[-1].rating or 0.0


def _bounds(point: Point) -> tuple[float, ...]:
    if point.rating is None:
        return ()
    lower, upper = point.lower, point.upper
    return (
        point.rating if lower is None else lower,
        point.rating if upper is None else upper,
    )


def _row(course: Course, scale: Scale, times: _Times, height: int) -> CourseRow:
    runs = [
        list(run)
        for rated, run in groupby(course.points, lambda point: point.rating is not None)
        if rated
    ]
    stretches = tuple(_stretch(run, scale, times, height) for run in runs)
    newest = _rated(course)[-1]
    return CourseRow(
        course.model, course.name, f"{newest.rating:.0f}", stretches, _words(course, len(runs))
    )


def _stretch(run: Sequence[Point], scale: Scale, times: _Times, height: int) -> Stretch:
    across = [WIDE * times.share(point.at) for point in run]
    ends = [_bounds(point) for point in run]

    def path(heights: Iterable[float], xs: Sequence[float]) -> str:
        steps = (
            f"{x:.1f} {_down(rating, scale, height):.1f}"
            for x, rating in zip(xs, heights, strict=True)
        )
        return "L".join(steps)

    line = path((point.rating or 0.0 for point in run), across)
    upper = path((end[1] for end in ends), across)
    lower = path((end[0] for end in reversed(ends)), across[::-1])
    # A lone point is a line of no length: its round cap makes it a dot.
    return Stretch(f"M{upper}L{lower}Z", f"M{line}" if len(run) > 1 else f"M{line}h0.01")


def _down(rating: float, scale: Scale, height: int) -> float:
    return height * (scale.high - rating) / (scale.high - scale.low)


def _ratings(scale: Scale, height: int) -> tuple[Tick, ...]:
    most = max(2, height // 48)
    step = tick_step(scale.high - scale.low, most)
    first, last = int(-(-scale.low // step)), int(scale.high // step)
    return tuple(
        Tick(f"{number * step:g}", f"{_down(number * step, scale, height):.1f}")
        for number in range(first, last + 1)
    )


def _words(course: Course, runs: int) -> str:
    """Say what the chart shows, for people who do not see it."""
    rated = _rated(course)
    first, last = rated[0], rated[-1]
    highest = max(rated, key=lambda point: point.rating or 0.0)
    said = f"{course.name}: {_said(first)}, then {_said(last)}"
    if len(rated) == 1:
        said = f"{course.name}: {_said(last)}"
    gaps = f"; not rated in between, {runs - 1} times" if runs > 2 else ""  # noqa: PLR2004  # plural
    gaps = "; once not rated in between" if runs == 2 else gaps  # noqa: PLR2004  # one gap
    top = "" if highest in {first, last} else f"; highest {highest.rating:.0f} on {_day(highest)}"
    return f"{said}{top}{gaps}."


def _said(point: Point) -> str:
    lower, upper = _bounds(point)
    return f"{point.rating:.0f} ({lower:.0f} to {upper:.0f}) on {_day(point)}"


def _day(point: Point) -> str:
    return spoken_day(point.at)
