"""Instants that a client names."""

from datetime import UTC, datetime

from tiltyard.boards.published.boards import UnknownBoardError


def in_utc(at: datetime | None) -> datetime | None:
    """Bring an instant to UTC.

    Raises
    ------
    UnknownBoardError
        When it is so near an end of the calendar that UTC has no such time.
    """
    try:
        return None if at is None else at.astimezone(UTC)
    except OverflowError:
        raise UnknownBoardError("There was no board at that time.") from None
