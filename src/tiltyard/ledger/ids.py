"""Ids of battles in frames: with dashes, whichever way a database writes them."""

import polars as pl

PLACES = ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))


def dashed(id_: pl.Expr) -> pl.Expr:
    """Write ids with dashes: PostgreSQL has them as text with dashes, and SQLite without."""
    plain = id_.str.replace_all("-", "", literal=True)
    return pl.concat_str([plain.str.slice(*place) for place in PLACES], separator="-")
