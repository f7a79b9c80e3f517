"""Read votes from files of any published schema."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

import polars as pl

from tiltyard.battles.choices import choice_columns
from tiltyard.battles.codecs import fastchat_log, noticed, prepared, schema_of
from tiltyard.battles.codecs.pair_counts import is_count_file, read_count_file
from tiltyard.battles.columns import NEEDED, source_of
from tiltyard.battles.errors import VotesError
from tiltyard.battles.files import one_sentence, open_votes
from tiltyard.battles.table import Battles


def read_battles(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    only_votes: bool = False,
    also: Collection[str] = (),
) -> Battles:
    """Read a file of votes in any published schema.

    The content decides what the file is, not its name: Parquet, CSV, a JSON array, JSON lines,
    FastChat's log, or the pair-count JSON of the leaderbot package.

    Parameters
    ----------
    path
        The file.
    columns
        What the file calls columns of the battles table, where it has names of its own, such as
        `{"model_a": "left_bot", "outcome": "verdict"}`.
    only_votes
        Read nothing but models, outcomes, counts and weights: less memory and time when the file
        also holds the conversations, and all that plain ranking needs.
    also
        With `only_votes`: further columns to read, by their names in the battles table or in the
        file. Those that are not there are passed over.

    Raises
    ------
    VotesError
        When the file is missing, empty, truncated or in no known format, when a column is missing,
        or when a cell is not what its column holds. The sentence names the file, the row (the first
        vote is row 1) and the column.
    """
    if not isinstance(path, str | PathLike):
        raise VotesError(
            f"read_battles reads files, and this is {type(path).__name__}: "
            "give a frame to Battles.from_frame."
        )
    file = Path(path)
    with one_sentence(file):
        opened = open_votes(file, columns or {})
        if not isinstance(opened, pl.LazyFrame):
            return _read_document(opened, file.name, columns)
        wanted = select_votes(opened, columns or {}, also) if only_votes else opened
        return _from_table(wanted.collect(), file.name, columns)


def select_votes(
    scan: pl.LazyFrame, columns: Mapping[str, str], also: Collection[str] = ()
) -> pl.LazyFrame:
    """Leave out all columns but those that counting votes needs, and `also`."""
    present = scan.collect_schema().names()
    wanted = {
        columns.get(column, source_of(column, present)) for column in (*NEEDED, "outcome", *also)
    }
    wanted.update(choice_columns(present), also)
    codec = schema_of(present)
    wanted.update(codec.reads if codec else ())
    return scan.select([name for name in present if name in wanted] or present)


def _read_document(
    document: Iterator[dict[str, Any]] | list[Any] | dict[str, Any],
    source: str,
    columns: Mapping[str, str] | None,
) -> Battles:
    if is_count_file(document):
        return read_count_file(document, source)
    if isinstance(document, Iterator):
        return fastchat_log.read(document, source)
    rows = document if isinstance(document, list) else [document]
    if rows and fastchat_log.is_log_record(rows[0]):
        return fastchat_log.read(rows, source)
    return _from_table(frame_of_rows(rows, source), source, columns)


def _from_table(frame: pl.DataFrame, source: str, columns: Mapping[str, str] | None) -> Battles:
    battles = Battles.from_frame(prepared(frame), source, columns=columns)
    return replace(battles, notes=(*noticed(frame), *battles.notes))


def frame_of_rows(rows: list[Any], source: str) -> pl.DataFrame:
    """Make a table of the objects of a JSON document.

    Raises
    ------
    VotesError
        When one is no object.
    """
    stray = next((number for number, row in enumerate(rows, 1) if not isinstance(row, dict)), None)
    if stray is not None:
        raise VotesError(f"{source}, row {stray}: is not an object with the columns of a vote.")
    return pl.DataFrame(rows, infer_schema_length=None, strict=False)
