"""Count the votes of files larger than memory."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import polars as pl

from tiltyard.battles.cells import LABELS, Cells
from tiltyard.battles.choices import LABELS as LABEL_COLUMNS
from tiltyard.battles.choices import OPTIONAL, choice_columns
from tiltyard.battles.codecs import comparia_reactions, prepared, schema_of
from tiltyard.battles.columns import source_of
from tiltyard.battles.errors import CellError
from tiltyard.battles.files import one_sentence, open_votes
from tiltyard.battles.outcome import Outcome, outcome_of
from tiltyard.battles.pair_table import PairTable, group_equal, pair_table, tabulate
from tiltyard.battles.reading import read_battles, select_votes
from tiltyard.battles.table import Battles
from tiltyard.ratings.pair_counts import Indices

BATCH = 250_000
"""So many rows are in memory at a time."""

SIDES = ("model_a", "model_b")


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
        counted = _count_codes(scan, columns or {})
        return counted or _count_frames(scan, columns or {}, file.name)


def _is_reshaped(scan: pl.LazyFrame) -> bool:
    """Say whether rows of this file become votes only together with others."""
    return schema_of(scan.collect_schema().names()) is comparia_reactions.CODEC


def _count_codes(scan: pl.LazyFrame, columns: Mapping[str, str]) -> PairTable | None:
    """Count dictionary codes; None when the file needs, or deserves, a closer look."""
    present = scan.collect_schema().names()
    sides = [columns.get(side, source_of(side, present)) for side in SIDES]
    label = _label_column(present, columns)
    unusual = {"weight", "count"}.intersection(present) or columns.keys() - {*SIDES, "outcome"}
    if unusual or label is None or not all(side in present for side in sides):
        return None
    names, labels = (pl.Categorical(pl.Categories.random()) for _ in range(2))
    codes = scan.select(
        *(
            pl.col(str(given)).cast(names).to_physical().alias(side)
            for side, given in zip(SIDES, sides, strict=True)
        ),
        pl.col(label).cast(labels).to_physical().alias("label"),
    )
    cells = Cells()
    for batch in codes.collect_batches(chunk_size=BATCH):
        if any(column.null_count() for column in batch):
            return None
        if not batch.is_empty() and int(batch["label"].max()) >= LABELS:  # type: ignore[arg-type]  # codes are whole numbers
            return None
        cells.add(*(column.to_numpy() for column in batch))
    return _tabulated(cells, names, labels)


def _label_column(present: list[str], columns: Mapping[str, str]) -> str | None:
    if "outcome" in columns:
        return columns["outcome"] if columns["outcome"] in present else None
    choice = choice_columns(present)
    simple = len(choice) == 1 and choice[0] in {*LABEL_COLUMNS, *OPTIONAL[:1]}
    return choice[0] if simple else None


def _tabulated(cells: Cells, names: pl.Categorical, labels: pl.Categorical) -> PairTable | None:
    a, b, label, votes = cells.groups()
    models, (a, b) = _named(names, a, b)
    spelled, (label,) = _named(labels, label)
    meaning = [outcome_of(one) for one in spelled]
    if "" in models or None in meaning:
        return None
    order = {outcome: code for code, outcome in enumerate(Outcome)}
    outcome = np.array([order[one] for one in meaning if one is not None], np.int64)
    return tabulate(models, a, b, outcome[label], votes)


def _named(dtype: pl.Categorical, *codes: Indices) -> tuple[pl.Series, list[Indices]]:
    """Return the categories that occur among codes, and the codes as positions in them."""
    used = np.unique(np.concatenate(codes))
    names = pl.Series(used, dtype=pl.UInt32).cat.to(dtype).cast(pl.String)
    return names, [np.searchsorted(used, one) for one in codes]


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
