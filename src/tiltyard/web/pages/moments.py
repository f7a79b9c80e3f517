"""The past in addresses: `?at=` of a page, and the same in its links."""

from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import urlencode

from tiltyard.errors import TiltyardError


class MomentError(TiltyardError):
    """A time in an address that cannot be read."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "No such time"


def read_moment(given: str | None) -> datetime | None:
    """Read a time as a form sends it, or as links have it; without a zone it is UTC.

    Raises
    ------
    MomentError
        When it is not understood.
    """
    if not given:
        return None
    try:
        # A plus sign is a space in an address that nobody escaped.
        text = given.replace(" ", "+") if "T" in given else given
        when = datetime.fromisoformat(text)
        return (when.replace(tzinfo=UTC) if when.tzinfo is None else when).astimezone(UTC)
    except (ValueError, OverflowError):
        raise MomentError(
            f"The time {given[:40]!r} is not understood: write it as 2026-11-23T12:00 (UTC)."
        ) from None


def link_moment(at: datetime | None, **more: str) -> str:
    """Write a time and what else a link keeps as its query, with the question mark.

    Nothing is written for the present, and of what is empty.
    """
    kept = {name: value for name, value in more.items() if value}
    kept |= {} if at is None else {"at": zulu(at)}
    return f"?{urlencode(kept)}" if kept else ""


def zulu(at: datetime) -> str:
    """Write a time as `2026-11-23T12:00:00Z`, with its fraction where there is one."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
