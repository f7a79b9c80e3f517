"""Count the votes of files larger than memory."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from tiltyard.battles.codecs import comparia_reactions, prepared, schema_of
from tiltyard.battles.coded_votes import count_codes
from tiltyard.battles.errors import CellError
from tiltyard.battles.files import one_sentence, open_votes
from tiltyard.battles.inspecting import repeated_ids
from tiltyard.battles.pair_table import PairTable, group_equal, pair_table
from tiltyard.battles.reading import read_battles, select_votes
from tiltyard.battles.table import Battles

BATCH = 250_000
"""This many rows are in memory at a time."""


def count_votes(path: str | Path, *, columns: Mapping[str, str] | None = None) -> PairTable:
    """Count the votes of a file by pair, without holding the file in memory.

    The result is that of `read_battles(path).pairs`. Parquet, CSV and JSON lines are read in
    batches, so that memory grows with the number of different pairs, and with weights also of
    different weights, not with the number of votes. A JSON document is read whole.

    Parameters
    ----------
    path
        The file.
    columns
        What the file calls columns of the battles table, as for `read_battles`.

    Raises
    ------
    VotesError
        As `read_battles` raises it.
    """
    file = Path(path)
    with one_sentence(file):
        opened = open_votes(file, columns or {})
        if not isinstance(opened, pl.LazyFrame):
            return read_battles(file, columns=columns).pairs
        if _is_reshaped(opened):
            return read_battles(file, columns=columns, only_votes=True).pairs
        scan = select_votes(opened, columns or {})
        counted = count_codes(scan, columns or {}, batch_rows=BATCH)
        return counted or _count_frames(scan, columns or {}, file.name)


def count_plain_votes(path: str | Path) -> PairTable | None:
    """Count a file of which every row is one vote of weight one; None when it is another.

    The table's notes say what :func:`~tiltyard.battles.inspecting.inspect` would.

    Raises
    ------
    VotesError
        When the file cannot be read at all.
    """
    file = Path(path)
    with one_sentence(file):
        opened = open_votes(file, {})
        if not isinstance(opened, pl.LazyFrame) or _is_reshaped(opened):
            return None
        counted = count_codes(select_votes(opened, {}), {}, batch_rows=BATCH)
        return counted and replace(counted, notes=(*counted.notes, *repeated_ids(opened)))


def _is_reshaped(scan: pl.LazyFrame) -> bool:
    """Say whether rows of this file become votes only together with others."""
    return schema_of(scan.collect_schema().names()) is comparia_reactions.CODEC


def _count_frames(scan: pl.LazyFrame, columns: Mapping[str, str], source: str) -> PairTable:
    """Read batch after batch as a battles table, and keep only groups of equal votes."""
    groups = [
        group_equal(batch.frame.lazy()).collect() for batch in _batches(scan, columns, source)
    ]
    joined = pl.concat(groups) if groups else Battles.from_frame(scan.collect(), source).frame
    return pair_table(joined)


def _batches(scan: pl.LazyFrame, columns: Mapping[str, str], source: str) -> Iterator[Battles]:
    rows = 0
    for batch in scan.collect_batches(chunk_size=BATCH):
        try:
            yield Battles.from_frame(prepared(batch), source, columns=columns)
        except CellError as error:
            raise error.later(rows) from None
        rows += batch.height
