"""Numbers and moments as pages say them."""

from datetime import UTC, datetime


def slice_words(slice_id: str) -> str:
    """Write the id of a slice as words: `creative-writing` is two of them."""
    return slice_id.replace("_", " ").replace("-", " ")


def grouped(count: int) -> str:
    """Write a count with thousands apart: `1,234`."""
    return f"{count:,}"


def signed(points: float) -> str:
    """Write a difference as whole points with its sign; what rounds to nothing has none."""
    whole = round(points)
    return f"{whole:+d}" if whole else "0"


def percent(share: float | None) -> str:
    """Write a share as whole per cent; a dash for none."""
    return "\N{EN DASH}" if share is None else f"{100 * share:.0f}\N{NARROW NO-BREAK SPACE}%"


def spoken_day(when: datetime) -> str:
    """Write a day as `23 November 2026`."""
    return f"{when.day} {when:%B %Y}"


def spoken_date(moment: str | datetime) -> str:
    """Write a moment, or an ISO 8601 one, as `23 November 2026, 12:00 UTC`."""
    when = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{spoken_day(when)}, {when.astimezone(UTC):%H:%M} UTC"


def clock_time(when: datetime) -> str:
    """Write the time of day of a moment as `12:00:05 UTC`."""
    return f"{when.astimezone(UTC):%H:%M:%S} UTC"
