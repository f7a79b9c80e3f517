"""The living table: the ledger's battles table with its labels, kept and grown between looks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import polars as pl

from tiltyard.battles.columns import SCHEMA
from tiltyard.battles.table import Battles
from tiltyard.boards.living.label_columns import VERSION_OF, LabelColumns
from tiltyard.boards.living.numbers import Numbers
from tiltyard.labels.labeller import LabelSource
from tiltyard.labels.labellers import columns_of
from tiltyard.ledger.engine import SyncConnection
from tiltyard.ledger.table_rows import (
    VERSION,
    VOTE_ROWS,
    read_label_rows,
    read_labelled_ids,
    read_labels_of,
    read_public_versions,
    read_vote_numbers,
    read_vote_rows,
    settled_among,
)

MANY = 100_000
"""From this many fresh votes on, reading all labels is faster than asking for theirs."""
MANY_CHUNKS = 32
"""Every look that finds something adds a piece to each column; this many are put together."""
PATIENCE_S = 3600.0
"""A row that is committed later than this after rows with higher numbers is not found before the
table is read anew. Transactions of the ledger last seconds."""

OWN = ("vote", "version_a", "version_b", "settled")
"""What rows of votes have that a battles table has not."""


@dataclass(frozen=True, slots=True)
class Growth:
    """What a look at the ledger changed.

    Parameters
    ----------
    entered, left
        Rows of the table that are new, and rows that are no more. A vote whose labels changed
        left as it was and entered as it is.
    """

    entered: pl.DataFrame
    left: pl.DataFrame

    @property
    def is_nothing(self) -> bool:
        """Whether all is as it was."""
        return self.entered.is_empty() and self.left.is_empty()


class _Fresh(NamedTuple):
    """Votes that count now and did not, those that wait, and the numbers seen by now."""

    rows: pl.DataFrame
    waiting: pl.DataFrame
    numbers: Numbers


class _Known(NamedTuple):
    """The label columns of battles, and the numbers of labels seen by now."""

    columns: pl.DataFrame
    numbers: Numbers


class LivingTable:
    """Every vote on a settled battle of two public contestants, with the labels of its battle.

    Imported votes are in it, with their source. It grows by :meth:`catch_up`, which reads what was
    committed since, whatever its number; votes wait here until their battle is settled.

    Parameters
    ----------
    labels
        Whose labels are columns.
    """

    def __init__(self, labels: Sequence[LabelSource]) -> None:
        self._sources = labels
        self.rows = self._schema.to_frame()
        self._waiting = pl.DataFrame(schema=VOTE_ROWS)
        self._votes = Numbers()
        self._labels = Numbers()

    @property
    def last_vote(self) -> int:
        """The highest number of a vote that was read."""
        return self._votes.top

    def battles(self, arena: str) -> Battles:
        """Give an arena's votes as a battles table, with the column `source` and the labels."""
        return battles_of(self.rows.filter(pl.col("arena") == arena))

    def label_versions(self, arena: str) -> dict[str, list[str]]:
        """Name, by labeller, the versions of which a label of an arena's votes counts."""
        of_arena = pl.col("arena") == arena
        columns = {one.name: VERSION_OF + one.name for one in self._sources}
        found = self.rows.select(
            pl.col(column).filter(of_arena).drop_nulls().unique().cast(pl.String).sort().implode()
            for column in columns.values()
        )
        return {name: found[column][0].to_list() for name, column in columns.items()}

    def catch_up(self, connection: SyncConnection, at: float) -> Growth:
        """Read what is new in one consistent view of the ledger; all of it or, by a fault, nothing.

        Parameters
        ----------
        connection
            Of a thread, that sees one state of the ledger.
        at
            Seconds; only differences matter.
        """
        fresh = self._fresh_votes(connection, at)
        if self.rows.is_empty() or fresh.rows.height >= MANY:
            known, left = self._all_labels(connection, fresh.rows, at), self.rows
        else:
            known, left = self._some_labels(connection, fresh.rows, at)
        grown, growth = self._grown(fresh.rows, known.columns, left)
        self.rows, self._waiting, self._votes, self._labels = (
            grown,
            fresh.waiting,
            fresh.numbers,
            known.numbers,
        )
        return growth

    def _grown(
        self, fresh: pl.DataFrame, labels: pl.DataFrame, left: pl.DataFrame
    ) -> tuple[pl.DataFrame, Growth]:
        """Put fresh rows and those with new labels in the place of those that left."""
        if fresh.is_empty() and left.is_empty():
            return self.rows, Growth(left.clear(), left)
        bare = pl.concat([fresh, left.select(fresh.columns)])
        entered = bare.join(labels, on="battle_id", how="left", maintain_order="left")
        entered = entered.select(self._schema.names())
        stayed = self.rows
        if not left.is_empty():
            stayed = stayed.filter(~pl.col("vote").is_in(left["vote"].implode()))
        grown = pl.concat([stayed, entered])
        return grown.rechunk() if grown.n_chunks() > MANY_CHUNKS else grown, Growth(entered, left)

    @cached_property
    def _schema(self) -> pl.Schema:
        votes = {name: dtype for name, dtype in VOTE_ROWS.items() if name not in OWN}
        versions = {VERSION_OF + one.name: VERSION for one in self._sources}
        labels = {
            name: dtype
            for one in self._sources
            for name, dtype in pl.Schema(columns_of(one)).items()
        }
        return pl.Schema({"vote": VOTE_ROWS["vote"], **votes, **versions, **labels})

    def _fresh_votes(self, connection: SyncConnection, at: float) -> _Fresh:
        """Read votes that may count now and did not before."""
        spans = self._votes.to_read
        seen = read_vote_numbers(connection, spans).to_numpy()
        numbers = self._votes.and_seen(seen, at).without_old(at - PATIENCE_S)
        read = _together(read_vote_rows(connection, spans) if seen.size else (), VOTE_ROWS)
        public = read_public_versions(connection) if read.height else []
        among = (pl.col(name).cast(pl.String).is_in(public) for name in ("version_a", "version_b"))
        waited = pl.concat([self._waiting, read.filter(*among)])
        settled = pl.concat(
            [
                read.filter("settled")["vote"],
                pl.Series(
                    settled_among(connection, self._waiting["vote"].to_list()), dtype=pl.Int64
                ),
            ]
        )
        counts = pl.col("vote").is_in(settled.implode())
        rows = waited.filter(counts).drop(name for name in OWN if name != "vote")
        return _Fresh(rows, waited.filter(~counts), numbers)

    def _all_labels(self, connection: SyncConnection, fresh: pl.DataFrame, at: float) -> _Known:
        """Read the label columns of all battles, old and fresh, out of all labels there are."""
        ids = pl.concat([self.rows["battle_id"], fresh["battle_id"]])
        columns, numbers = LabelColumns(self._sources, ids), Numbers()
        for rows in read_label_rows(connection, numbers.to_read):
            columns.add(rows)
            numbers = numbers.and_seen(rows["label"].to_numpy(), at)
        return _Known(columns.frame(versions=True), numbers)

    def _some_labels(
        self, connection: SyncConnection, fresh: pl.DataFrame, at: float
    ) -> tuple[_Known, pl.DataFrame]:
        """Read the label columns of fresh votes and of those with new labels; and these as were."""
        new = read_labelled_ids(connection, self._labels.to_read)
        numbers = self._labels.and_seen(new["label"].to_numpy(), at).without_old(at - PATIENCE_S)
        about = new.select(pl.col("battle_id").unique())
        left = self.rows.join(about, on="battle_id", how="semi", maintain_order="left")
        asked = pl.concat([fresh["battle_id"], left["battle_id"]]).unique()
        columns = LabelColumns(self._sources, asked)
        for rows in read_labels_of(connection, asked.to_list()):
            columns.add(rows)
        return _Known(columns.frame(versions=True), numbers), left


def battles_of(rows: pl.DataFrame) -> Battles:
    """Make rows of the living table a battles table."""
    given = {"count": pl.lit(1), "weight": pl.lit(1.0)}
    known = (
        given.get(name, pl.col(name)).cast(dtype).alias(name) for name, dtype in SCHEMA.items()
    )
    own = ("vote", *(name for name in rows.columns if name.startswith(VERSION_OF)))
    others = [name for name in rows.columns if name not in SCHEMA and name not in own]
    return Battles(rows.select(*known, *others))


def _together(parts: Iterable[pl.DataFrame], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=schema), *parts])
