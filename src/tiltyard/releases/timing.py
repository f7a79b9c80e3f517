"""What answers took: their tokens as their providers count them, and their times."""

import polars as pl

MS = 1_000.0


def took(attempts: pl.DataFrame, side: str) -> pl.DataFrame:
    """Say what the answers of one side took, by vote, in the column `took_a` or `took_b`.

    Parameters
    ----------
    attempts
        `took` of `tiltyard.ledger.whole_votes.WholeVotes`. Of each turn the latest attempt counts,
        and the last turn is the one that was voted on.
    """
    latest = attempts.filter(pl.col("slot") == side).unique(
        ["vote", "turn"], keep="last", maintain_order=True
    )
    last = pl.all().last()
    told = pl.struct(
        pl.col("output_tokens").alias("tokens"),
        pl.col("total_tokens"),
        (pl.col("duration_ms") / MS).alias("duration"),
        (pl.col("first_text_ms") / MS).alias("latency"),
        pl.col("ended_at"),
    )
    known = pl.col("output_tokens")
    total = pl.when(known.is_not_null().all()).then(known.sum()).alias("total_tokens")
    by_vote = latest.group_by("vote", maintain_order=True).agg(last, total)
    return by_vote.select("vote", told.alias(f"took_{side}"))
