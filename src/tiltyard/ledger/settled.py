"""Settled: battles in which nobody votes blind any more, so that public figures may hold them."""

from datetime import UTC, datetime, timedelta

import polars as pl
from sqlalchemy import ColumnElement, exists, or_

from tiltyard.ledger.tables import battles, reveals

OPEN_FOR = timedelta(days=2)
"""A battle whose names are hidden takes votes for this long after its opening."""


def settled_at(voted_at: pl.Expr, created_at: pl.Expr, revealed_at: pl.Expr) -> pl.Expr:
    """Say since when a vote is in public figures: it was cast, and nobody votes blind any more."""
    return pl.max_horizontal(voted_at, pl.min_horizontal(created_at + OPEN_FOR, revealed_at))


def is_settled() -> ColumnElement[bool]:
    """Ask of a row of `battles` whether its names were revealed or its time to vote is over."""
    revealed = exists().where(reveals.c.battle == battles.c.id).correlate(battles)
    return or_(battles.c.created_at <= datetime.now(UTC) - OPEN_FOR, revealed)
