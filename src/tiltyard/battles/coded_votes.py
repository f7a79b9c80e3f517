"""Count votes by their dictionary codes: no name is looked at more than once."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from tiltyard.battles.cells import LABELS, Cells
from tiltyard.battles.choices import LABELS as LABEL_COLUMNS
from tiltyard.battles.choices import OPTIONAL, choice_columns, mixed_spellings
from tiltyard.battles.columns import source_of
from tiltyard.battles.dictionaries import Dictionary
from tiltyard.battles.numbering import Numbering
from tiltyard.battles.outcome import Outcome, outcome_of
from tiltyard.battles.pair_table import PairTable, tabulate

SIDES = ("model_a", "model_b")


def count_codes(
    scan: pl.LazyFrame, columns: Mapping[str, str], *, batch_rows: int
) -> PairTable | None:
    """Count the votes of a table that needs no closer look.

    Parameters
    ----------
    scan
        The columns that counting votes needs.
    columns
        What they are called, where they have names of their own.
    batch_rows
        This many rows are in memory at a time.

    Returns
    -------
    PairTable or None
        None when votes carry counts or weights, when a cell is empty or is not an outcome, or when
        more than a label says who won. Such tables are read row by row, and errors named there.
    """
    present = scan.collect_schema().names()
    sides = [columns.get(side, source_of(side, present)) for side in SIDES]
    label = _label_column(present, columns)
    unusual = {"weight", "count"}.intersection(present) or columns.keys() - {*SIDES, "outcome"}
    if unusual or label is None or not all(side in present for side in sides):
        return None
    named = [str(side) for side in sides]
    schema = scan.collect_schema()
    names, labels = Dictionary.of(schema, named), Dictionary.of(schema, [label])
    codes = scan.select(*(names.code(side) for side in named), labels.code(label))
    models, spellings, cells = Numbering(), Numbering(), Cells()
    for batch in codes.collect_batches(chunk_size=batch_rows):
        if any(column.null_count() for column in batch):
            return None
        a, b, given = (column.to_numpy() for column in batch)
        spelled = spellings.of(given)
        if len(spellings) > LABELS:
            return None
        cells.add(models.of(a), models.of(b), spelled)
    return _tabulated(cells, names.words(models.codes), labels.words(spellings.codes), label)


def _label_column(present: list[str], columns: Mapping[str, str]) -> str | None:
    if "outcome" in columns:
        return columns["outcome"] if columns["outcome"] in present else None
    choice = choice_columns(present)
    simple = len(choice) == 1 and choice[0] in {*LABEL_COLUMNS, *OPTIONAL[:1]}
    return choice[0] if simple else None


def _tabulated(
    cells: Cells, models: pl.Series, spellings: pl.Series, column: str
) -> PairTable | None:
    a, b, label, votes = cells.groups()
    spelled = spellings.to_list()
    meaning = {word: outcome for word in spelled if (outcome := outcome_of(word)) is not None}
    if "" in models or len(meaning) < len(spelled):
        return None
    order = list(Outcome)
    outcomes = np.array([order.index(meaning[word]) for word in spelled], np.int64)
    table = tabulate(models, a, b, outcomes[label], votes)
    said = {word: one.value for word, one in meaning.items()}
    return replace(table, notes=mixed_spellings(column, said, int(votes.sum())))
