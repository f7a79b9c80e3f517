"""Write votes to files in any published schema."""

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from tiltyard.battles.codecs import CODECS
from tiltyard.battles.codecs.codec import Document
from tiltyard.battles.errors import VotesError
from tiltyard.battles.table import Battles

WITH_COUNTS = ("battles", "pair_counts")
"""Schemas in which one row may stand for several votes."""


def write_battles(battles: Battles, path: str | Path, *, schema: str = "battles") -> None:
    """Write votes to a file in a published schema.

    What the table has under the schema's names is written as it is; what it lacks is null. A row
    that stands for several votes becomes as many, where the schema has no counts. The file appears
    whole or not at all.

    Parameters
    ----------
    battles
        The votes.
    path
        The ending says the format: `.parquet`, `.csv`, `.jsonl` or `.ndjson` (JSON lines), or
        `.json` (an array; FastChat's log is JSON lines all the same, pair counts are one object).
    schema
        A name in :data:`tiltyard.battles.codecs.CODECS`; `battles` is the table itself, which
        loses nothing.

    Raises
    ------
    VotesError
        When there is no such schema, the schema cannot say what these votes are, the format cannot
        hold its columns, or the file cannot be written.
    """
    file = Path(path)
    codec = CODECS.get(schema)
    if codec is None:
        raise VotesError(f"There is no schema {schema}; there are {', '.join(CODECS)}.")
    document = codec.write(battles if schema in WITH_COUNTS else battles.one_row_a_vote())
    write = _writer(document, schema, file)
    if schema != "battles" and (battles.frame["weight"] != 1).any():
        raise VotesError(f"These votes have weights, which {schema} cannot say: write battles.")
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".writing-") as directory:
            whole = Path(directory) / "votes"
            write(document, whole)
            whole.replace(file)
    except OSError as error:
        raise VotesError(f"{file} cannot be written ({error.strerror or error}).") from error


def _writer(document: Document, schema: str, file: Path) -> Callable[[Document, Path], None]:
    formats: Mapping[str, Callable[..., None]] = FRAME_FORMATS
    if isinstance(document, list):
        formats = dict.fromkeys((".json", ".jsonl", ".ndjson"), _write_records)
    elif isinstance(document, dict):
        formats = {".json": _write_object}
    write = formats.get(file.suffix.lower())
    if write is None:
        raise VotesError(
            f"{file.name}: {schema} is not written to {file.suffix or 'a file without an ending'}; "
            f"end the name with {' or '.join(formats)}."
        )
    return write


def _write_parquet(frame: pl.DataFrame, file: Path) -> None:
    frame.write_parquet(file, compression="zstd", statistics=False)


def _write_csv(frame: pl.DataFrame, file: Path) -> None:
    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested()]
    filled = [name for name in nested if frame[name].null_count() < frame.height]
    if filled:
        raise VotesError(
            f"CSV cannot hold the nested columns {', '.join(filled)}: write Parquet or JSON lines."
        )
    emptied = frame.with_columns(pl.lit(None, pl.String).alias(name) for name in nested)
    emptied.with_columns(moments(frame)).write_csv(file)


def _write_lines(frame: pl.DataFrame, file: Path) -> None:
    frame.with_columns(moments(frame)).write_ndjson(file)


def _write_array(frame: pl.DataFrame, file: Path) -> None:
    frame.with_columns(moments(frame)).write_json(file)


def moments(frame: pl.DataFrame) -> list[pl.Expr]:
    """Write moments in full as ISO 8601, which every reader understands."""
    return [
        pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S%.6f" + ("Z" if dtype.time_zone else ""))
        for name, dtype in frame.schema.items()
        if isinstance(dtype, pl.Datetime)
    ]


def _write_records(records: list[dict[str, object]], file: Path) -> None:
    with file.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(record) + "\n" for record in records)


def _write_object(document: dict[str, object], file: Path) -> None:
    file.write_text(json.dumps(document), encoding="utf-8")


FRAME_FORMATS: dict[str, Callable[[pl.DataFrame, Path], None]] = {
    ".parquet": _write_parquet,
    ".csv": _write_csv,
    ".jsonl": _write_lines,
    ".ndjson": _write_lines,
    ".json": _write_array,
}
