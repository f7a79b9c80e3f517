"""Moments as published schemas write them."""

import polars as pl


def epoch_seconds(moments: pl.Series) -> pl.Series:
    """Give moments as seconds since 1970, to the microsecond."""
    return moments.dt.epoch("us") / 1e6


def naive_utc(moments: pl.Series) -> pl.Series:
    """Give moments in UTC without saying so."""
    return moments.dt.replace_time_zone(None)
