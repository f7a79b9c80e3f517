"""Settled: battles in which nobody votes blind any more, so that public figures may hold them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, exists, or_

from tiltyard.ledger.tables import battles, reveals

OPEN_FOR = timedelta(days=2)
"""A battle whose names are hidden takes votes for this long after its opening."""


def is_settled() -> ColumnElement[bool]:
    """Ask of a row of `battles` whether its names were revealed or its time to vote is over."""
    revealed = exists().where(reveals.c.battle == battles.c.id).correlate(battles)
    return or_(battles.c.created_at <= datetime.now(UTC) - OPEN_FOR, revealed)
