"""Votes of the ledger as a battles table with conversations and labels."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from tiltyard.battles.table import Battles
from tiltyard.boards.living.label_columns import LabelColumns
from tiltyard.labels import publishers
from tiltyard.labels.duplicates import BATTLES
from tiltyard.labels.labeller import LabelSource
from tiltyard.ledger.engine import SyncConnection
from tiltyard.ledger.register import read_all_cards
from tiltyard.ledger.sources import UNKNOWN_TIME
from tiltyard.ledger.whole_votes import WholeVotes, read_whole_votes
from tiltyard.releases.names import named, public_names
from tiltyard.releases.timing import took

PAGE = 5_000
"""This many votes are in memory at a time."""

UNSHOWN = (
    *("definition", "erased", "contestant_a", "contestant_b", *BATTLES),
    *("took_a", "took_b", "ended_a", "ended_b", publishers.LABELLER),
)
"""Columns that decide what goes out or are put into the columns of a schema, and do not go out."""

ENDED = "done"
"""The state of an attempt that came to its end."""
PARTS = pl.List(pl.Struct({"type": pl.String, "text": pl.String}))


def read_tables(
    connection: SyncConnection,
    arena: str,
    labels: Sequence[LabelSource],
    *,
    imported: bool = False,
    words: bool = True,
    took: bool = False,
) -> Iterator[pl.DataFrame]:
    """Read an arena's settled votes as frames in the shape of the battles table.

    Beside the table's columns: `conversation_a`, `conversation_b`, `tags`, `comment`, `source`, a
    column for every label, and those of :data:`UNSHOWN`. Models are named as people may know them.

    Parameters
    ----------
    labels
        Whose labels are columns.
    imported, words, took
        As for `read_whole_votes`.
    """
    names = public_names(read_all_cards(connection))
    pages = read_whole_votes(
        connection, arena, size=PAGE, imported=imported, words=words, took=took
    )
    for page in pages:
        yield _table(page, arena, names, labels, words=words)


def _table(
    page: WholeVotes,
    arena: str,
    names: Mapping[str, str],
    labels: Sequence[LabelSource],
    *,
    words: bool,
) -> pl.DataFrame:
    heads = named(page.heads, names).with_columns(
        pl.lit(arena).alias("arena"),
        pl.col("tags").str.json_decode(pl.List(pl.String)),
        voted_at=pl.when(pl.col("voted_at") != UNKNOWN_TIME).then("voted_at"),
    )
    for side in "ab":
        said = _conversation(page, side, words=words)
        for beside in (said, _ended(page, side), took(page.took, side)):
            heads = heads.join(beside, on="vote", how="left", maintain_order="left")
    table = _labelled(heads, page.labels, labels)
    unwanted = ("vote", "version_a", "version_b", "system_a", "system_b")
    return Battles.from_frame(table.drop(unwanted), "the ledger").frame


def _conversation(page: WholeVotes, side: str, *, words: bool) -> pl.DataFrame:
    asked = page.turns.with_columns(role=pl.lit("user"), place=pl.lit(0))
    latest = page.answers.filter(pl.col("slot") == side).unique(
        ["vote", "turn"], keep="last", maintain_order=True
    )
    answered = latest.with_columns(role=pl.lit("assistant"), place=pl.lit(1))
    columns = ("vote", "turn", "place", "role", "parts")
    said = pl.concat([asked.select(columns), answered.select(columns)])
    told = said.with_columns(content=_text()).filter(pl.col("parts") != "[]").drop("parts")
    if words:
        told = pl.concat([_system(page.heads, side).select(told.columns), told])
    return (
        told.sort("vote", "turn", "place")
        .group_by("vote", maintain_order=True)
        .agg(pl.struct("role", "content").alias(f"conversation_{side}"))
    )


def _ended(page: WholeVotes, side: str) -> pl.DataFrame:
    """Say whether a side's last answer came to its end: nobody stopped it and it did not fail."""
    of_side = page.answers.filter(pl.col("slot") == side)
    last = of_side.unique("vote", keep="last", maintain_order=True)
    return last.select("vote", (pl.col("state") == ENDED).alias(f"ended_{side}"))


def _system(heads: pl.DataFrame, side: str) -> pl.DataFrame:
    """Give what stood before a conversation, where the ledger knows of something."""
    there = heads.filter(pl.col(f"system_{side}").is_not_null())
    return there.select(
        "vote",
        pl.lit(0, pl.Int32).alias("turn"),
        pl.lit(0, pl.Int32).alias("place"),
        pl.lit("system").alias("role"),
        pl.col(f"system_{side}").alias("content"),
    )


def _text() -> pl.Expr:
    """Put the texts of a message together; pictures stay here."""
    texts = pl.element().struct.field("text").drop_nulls()
    return pl.col("parts").str.json_decode(PARTS).list.eval(texts).list.join("")


def _labelled(
    heads: pl.DataFrame, found: pl.DataFrame, labels: Sequence[LabelSource]
) -> pl.DataFrame:
    """Add a column for every label that counts, as boards have them."""
    columns = LabelColumns(labels, heads["battle_id"])
    columns.add(found)
    theirs = found.filter(pl.col("labeller") == publishers.LABELLER)
    newest = theirs.unique("battle_id", keep="last")
    told = newest.select("battle_id", pl.col("value").alias(publishers.LABELLER))
    for one in (columns.frame(), told):
        heads = heads.join(one, on="battle_id", how="left", maintain_order="left")
    return heads
