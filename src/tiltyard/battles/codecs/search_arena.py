"""lmarena-ai/search-arena: votes on answers with web search."""

import polars as pl

from tiltyard.battles.codecs.codec import (
    LMARENA,
    PLAIN,
    Codec,
    labels,
    laid_out,
    plain_conversations,
)
from tiltyard.battles.codecs.moments import naive_utc
from tiltyard.battles.table import Battles

COLUMNS: dict[str, pl.DataType] = {
    "messages_a": PLAIN,
    "messages_b": PLAIN,
    "model_a": pl.String(),
    "model_b": pl.String(),
    "winner": pl.String(),
    "turn": pl.Int64(),
    "timestamp": pl.Datetime("us"),
    "system_a_metadata": pl.Struct({"web_search_trace": pl.List(pl.List(pl.String))}),
    "system_b_metadata": pl.Struct({"web_search_trace": pl.List(pl.List(pl.String))}),
}


def write(battles: Battles) -> pl.DataFrame:
    """Lay votes out as this set does."""
    said = plain_conversations(battles)
    made = {
        "winner": labels(battles, LMARENA),
        "timestamp": naive_utc(battles.frame["voted_at"]),
        **{name.replace("conversation", "messages"): column for name, column in said.items()},
    }
    return laid_out(battles.frame, COLUMNS, made)


CODEC = Codec("search_arena", frozenset({"messages_a", "messages_b", "winner"}), write)
