"""Read a file of votes piece by piece, leaving out the rows that cannot be read."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tiltyard.battles.codecs import (
    comparia_reactions,
    fastchat_log,
    noticed,
    pair_counts,
    prepared,
    schema_of,
)
from tiltyard.battles.codecs.pair_counts import is_count_file, read_count_file
from tiltyard.battles.columns import MOST_VOTES as MOST_COUNT
from tiltyard.battles.columns import source_of
from tiltyard.battles.csv_ends import refuse_cut_csv
from tiltyard.battles.errors import VotesError
from tiltyard.battles.files import kind_of, one_sentence, open_votes
from tiltyard.battles.notes import Note
from tiltyard.battles.reading import frame_of_rows
from tiltyard.battles.salvaging import salvage
from tiltyard.battles.table import Battles
from tiltyard.imports.errors import ImportVotesError

ROW = "row of the file"
"""A column with the place of each vote in its file, counted from 0."""

COPY = "copy of the row"
"""A column that counts the votes of one row from 0, where a row stands for several."""

SLICE = 50_000
"""This many rows of Parquet are read at a time."""
MOST_VOTES = 20_000_000
"""A file that counts more votes is ranked as it is; one by one they would take a day."""

NO_SCHEMA = "columns"
"""What a file whose columns are of no published schema is said to be of."""

NO_VOTES = "its count is 0, so it stands for no vote"
NO_OBJECT = "it is not an object with the columns of a vote"
LEFT_OUT = {
    "no_vote": "nobody voted on it",
    "no_pair_id": "the conversation_pair_id is empty",
    "other_records": "it is a chat, a share or a flag, not a vote on two models",
    "contradictory_names": "the names on show and in the states do not fit together",
}
"""What reading notes about rows that it leaves out."""

Columns = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a file.

    Attributes
    ----------
    frame
        Of the battles table, one row a vote, with the columns :data:`ROW` and :data:`COPY`.
    rows
        How many rows of the file they came from.
    skipped
        How many of these were left out, by why.
    notes
        What else was noticed, by kind.
    schema
        The schema that the file's columns are of, as labels of its publisher are versioned.
    """

    frame: pl.DataFrame
    rows: int
    skipped: Counter[str]
    notes: Mapping[str, str]
    schema: str = NO_SCHEMA


Reading = Callable[[list[Any], str, Columns, int], Batch]


def read_batches(
    file: Path, *, size: int, columns: Columns, schema: str | None = None
) -> Iterator[Batch]:
    """Read a file of any published schema, some rows at a time.

    Parquet, CSV and JSON lines are never whole in memory; a JSON document and compar:IA's
    reactions, of which several rows are one vote, are.

    Parameters
    ----------
    size
        This many rows at a time.
    columns
        What the file calls columns of the battles table, as for `read_battles`.
    schema
        The schema that the file must be of, as `tiltyard.battles.codecs` calls it.

    Raises
    ------
    VotesError
        When the file cannot be read at all.
    ImportVotesError
        When it is of another schema, or holds too many votes.
    """
    with one_sentence(file):
        opened = open_votes(file, columns)
        if isinstance(opened, pl.LazyFrame):
            names = opened.collect_schema().names()
            _require(schema, _schema_name(names), file)
            kind = kind_of(file)
            if kind == "csv":
                refuse_cut_csv(file)
            refuse_endless(_votes_of(opened, columns))
            sliced = kind == "parquet"
            yield from _scanned(opened, file.name, size, columns, schema_of(names), sliced=sliced)
        else:
            yield from _in_document(opened, file, size, columns, schema)


def _scanned(
    scan: pl.LazyFrame, source: str, size: int, columns: Columns, codec: object, *, sliced: bool
) -> Iterator[Batch]:
    if codec is comparia_reactions.CODEC:  # only together with others are its rows a vote
        yield from _pieces(_batch(scan.collect(), source, columns, 0), size)
        return
    place = 0
    for frame in _parts(scan, size, sliced=sliced):
        yield from _pieces(_batch(frame, source, columns, place), size)
        place += frame.height


def _parts(scan: pl.LazyFrame, size: int, *, sliced: bool) -> Iterator[pl.DataFrame]:
    """Read Parquet by slices, since batches of it hold large row groups; all else in batches."""
    if not sliced:
        yield from scan.collect_batches(chunk_size=size, maintain_order=True)
        return
    rows = scan.select(pl.len()).collect().item()
    for start in range(0, rows, SLICE):
        yield scan.slice(start, SLICE).collect()


def _votes_of(scan: pl.LazyFrame, columns: Columns) -> float:
    """Count the votes of a file without reading them, before the first is written."""
    names = scan.collect_schema().names()
    counts = columns.get("count", source_of("count", names))
    if counts not in names:
        return float(scan.select(pl.len()).collect().item())
    count = pl.col(counts).cast(pl.Float64, strict=False)
    possible = count.is_between(0, MOST_COUNT)  # what else is there is left out with its row
    return float(scan.select(count.filter(possible).sum()).collect().item())


def _votes_in(rows: list[Any], columns: Columns) -> float:
    """Count the votes that rows of JSON stand for, as :func:`_votes_of` does."""
    objects = [row for row in rows if isinstance(row, dict)]
    names = [*dict.fromkeys(name for row in objects for name in row)]
    counts = columns.get("count", source_of("count", names))
    if counts not in names:
        return float(len(rows))
    numbers = (_number(row.get(counts)) for row in objects)
    return sum(number for number in numbers if 0 <= number <= MOST_COUNT)


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0.0


def _in_document(
    document: Iterator[dict[str, Any]] | list[Any] | dict[str, Any],
    file: Path,
    size: int,
    columns: Columns,
    schema: str | None,
) -> Iterator[Batch]:
    if is_count_file(document):
        _require(schema, "pair_counts", file)
        frame = read_count_file(document, file.name).frame.with_row_index(ROW)
        batch = Batch(frame, frame.height, Counter(), {}, pair_counts.CODEC.name)
        yield from _pieces(batch, size)
        return
    if isinstance(document, list):
        refuse_endless(_votes_in(document, columns))
    rows = iter([document] if isinstance(document, dict) else document)
    place = 0
    reading: Reading = _of_rows
    while some := list(islice(rows, size)):
        if place == 0:
            first = some[0] if isinstance(some[0], dict) else {}
            if fastchat_log.is_log_record(first):
                reading = _of_log
            name = "fastchat_log" if reading is _of_log else _schema_name(list(first))
            _require(schema, name, file)
        yield from _pieces(reading(some, file.name, columns, place), size)
        place += len(some)


def _of_rows(rows: list[Any], source: str, columns: Columns, place: int) -> Batch:
    objects = [row for row in rows if isinstance(row, dict)]
    batch = _batch(frame_of_rows(objects, source), source, columns, place)
    batch.skipped[NO_OBJECT] += len(rows) - len(objects)
    return replace(batch, rows=len(rows), skipped=+batch.skipped)


def _of_log(records: list[dict[str, Any]], source: str, _: Columns, place: int) -> Batch:
    skipped: Counter[str] = Counter()
    try:
        battles = fastchat_log.read(records, source)
    except VotesError:
        battles = Battles.concat([*_one_by_one(records, source, skipped)])
    frame = battles.frame.with_row_index(ROW, place)
    left_out, notes = _told(battles.notes)
    return Batch(frame, len(records), skipped + left_out, notes, fastchat_log.CODEC.name)


def _one_by_one(
    records: list[dict[str, Any]], source: str, skipped: Counter[str]
) -> Iterator[Battles]:
    yield fastchat_log.read([], source)
    for record in records:
        try:
            yield fastchat_log.read([record], source)
        except VotesError as error:
            skipped[str(error).partition(": ")[2].rstrip(".")] += 1


def _batch(frame: pl.DataFrame, source: str, columns: Columns, place: int) -> Batch:
    table = prepared(frame).with_row_index(ROW, place)
    read = salvage(table, source, columns=columns)
    left_out, notes = _told((*noticed(frame), *read.battles.notes))
    empty = int((read.battles.frame["count"] == 0).sum())
    skipped = read.skipped + left_out + Counter({NO_VOTES: empty})
    schema = _schema_name(frame.columns) or NO_SCHEMA
    return Batch(read.battles.frame, frame.height, +skipped, notes, schema)


def _told(notes: tuple[Note, ...]) -> tuple[Counter[str], Mapping[str, str]]:
    """Tell notes about rows that were left out from the others."""
    left_out: Counter[str] = Counter()
    for note in notes:
        if note.kind in LEFT_OUT:
            left_out[LEFT_OUT[note.kind]] += note.rows
    return left_out, {note.kind: note.message for note in notes if note.kind not in LEFT_OUT}


def _pieces(batch: Batch, size: int) -> Iterator[Batch]:
    """Give one row to each vote, and no more votes at a time than rows are wanted."""
    counts = batch.frame["count"].to_numpy()
    refuse_endless(float(counts.sum(dtype=np.float64)))
    ends = np.cumsum(counts)
    votes = int(ends[-1]) if ends.size else 0
    for start in range(0, max(votes, 1), size):
        wanted = np.arange(start, min(start + size, votes))
        rows = np.searchsorted(ends, wanted, side="right")
        copies = pl.Series(COPY, wanted - (ends - counts)[rows], pl.Int64)
        frame = batch.frame[rows].with_columns(copies, count=pl.lit(1, pl.Int64))
        first = start == 0
        yield Batch(
            frame,
            batch.rows if first else 0,
            batch.skipped if first else Counter(),
            batch.notes if first else {},
            batch.schema,
        )


def refuse_endless(votes: float) -> None:
    """Refuse a file that stands for more votes than anybody waits for.

    Raises
    ------
    ImportVotesError
        When these are too many.
    """
    if votes > MOST_VOTES:
        raise ImportVotesError(
            f"These are {votes:,.0f} votes or more, and one file may hold {MOST_VOTES:,}: each "
            "becomes a battle of its own. tiltyard rank reads the file as it is."
        )


def _schema_name(columns: list[str]) -> str | None:
    codec = schema_of(columns)
    return None if codec is None else codec.name


def _require(wanted: str | None, found: str | None, file: Path) -> None:
    if wanted is not None and wanted != found:
        said = "none that has a name" if found is None else found.replace("_", "-")
        raise ImportVotesError(
            f"{file.name} is not of the schema {wanted.replace('_', '-')}, but of {said}: "
            "leave --schema out, and the columns decide."
        )
