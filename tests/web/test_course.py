"""What stands below ratings over time."""

from datetime import UTC, datetime, timedelta

import pytest

from tiltyard.boards.past.history import Course, Point
from tiltyard.web.pages.course import CourseChart, course_chart

MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def chart(span: timedelta) -> CourseChart:
    """One model's course over a span of time."""
    moments = (MORNING, MORNING + span)
    points = tuple(Point(at, 1000.0, 990.0, 1010.0, 1, 50) for at in moments)
    found = course_chart([Course("heron", "Heron", points)], height=60)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("span", "labels", "day"),
    [
        (timedelta(seconds=40), ["09:00:00", "09:00:20", "09:00:40"], "23 November 2026, UTC"),
        (timedelta(hours=4), ["09:00", "11:00", "13:00"], "23 November 2026, UTC"),
        (timedelta(hours=20), ["23 Nov, 09:00", "23 Nov, 19:00", "24 Nov, 05:00"], None),
        (timedelta(days=8), ["23 Nov 2026", "27 Nov 2026", "1 Dec 2026"], None),
        (timedelta(0), ["09:00:00"], "23 November 2026, UTC"),
    ],
)
def test_times_of_one_day_have_its_date_once(
    span: timedelta, labels: list[str], day: str | None
) -> None:
    found = chart(span)
    assert [tick.label for tick in found.days] == labels
    assert found.one_day == day
