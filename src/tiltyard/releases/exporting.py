"""Export an arena's votes: in a published schema, or as training data."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import polars as pl

from tiltyard.battles.codecs import CODECS, KNOWN_AS, OWN
from tiltyard.battles.table import Battles
from tiltyard.boards.slices.conditions import Condition, hold_all
from tiltyard.boards.slices.slice_file import LOCAL
from tiltyard.labels import publishers
from tiltyard.labels.labeller import Labeller
from tiltyard.labels.labellers import label_sources, shipped_labellers
from tiltyard.ledger.engine import SyncConnection
from tiltyard.ledger.register import read_all_arenas
from tiltyard.releases.as_publishers_said import as_publishers_said
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.files import Format, PartsWriter
from tiltyard.releases.manifest import MANIFEST
from tiltyard.releases.shaping import WITH_TIMES, shaped
from tiltyard.releases.tables import UNSHOWN, read_tables
from tiltyard.releases.training import FORMATS, Made

SCHEMAS = KNOWN_AS
"""Published schemas that are written, by the names that people know them by."""

ERASED = "the person had it forgotten"
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Export:
    """What to export.

    Parameters
    ----------
    arena
        Which arena's votes.
    schema
        A name in :data:`SCHEMAS`, or of training data: `dpo`, `kto`, `reward`.
    conditions
        SQL conditions that every vote must hold.
    format
        `parquet` or `jsonl`.
    labellers
        Whose labels count, in the versions in use.

    Raises
    ------
    ReleaseError
        When there is no such schema.
    """

    arena: str
    schema: str
    conditions: Sequence[str] = (LOCAL,)
    format: Format = "parquet"
    labellers: Sequence[Labeller] = field(default_factory=shipped_labellers)

    def __post_init__(self) -> None:
        if self.schema not in {*SCHEMAS, *FORMATS}:
            known = ", ".join([*SCHEMAS, *FORMATS])
            raise ReleaseError(f"There is no schema {self.schema!r}; there are {known}.")


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was exported.

    Attributes
    ----------
    votes
        How many settled votes the slice has.
    rows
        How many rows were written.
    files
        Their names.
    left_out
        How many votes were not written, by why.
    """

    schema: str
    votes: int
    rows: int
    files: Sequence[str]
    left_out: Mapping[str, int] = field(default_factory=dict)


def export_votes(
    connection: SyncConnection, export: Export, out: Path, progress: Progress = lambda _: None
) -> ExportReport:
    """Write votes into a directory, some at a time.

    Only settled battles, each with what was said up to its vote; who was a preview when the battle
    was opened is called `anonymous`. Synchronous.

    Parameters
    ----------
    progress
        Told again and again how many votes were read.

    Raises
    ------
    ReleaseError
        When nobody ever opened the arena, or the directory cannot be written, or holds an export
        already or a release.
    """
    _require_arena(connection, export.arena)
    if (out / MANIFEST).exists():
        raise ReleaseError(f"{out} is a release, and an export has all words: name another place.")
    make = lay_out(export.schema)
    left_out: Counter[str] = Counter()
    votes = 0
    with PartsWriter(out, export.schema, export.format) as writer:
        for frame in sliced(connection, export):
            votes += frame.height
            there = frame.filter(~pl.col("erased"))
            left_out[ERASED] += frame.height - there.height
            rows, dropped = make(there)
            left_out += dropped
            writer.write(rows)
            progress(votes)
    return ExportReport(export.schema, votes, writer.rows, writer.files, dict(+left_out))


def _require_arena(connection: SyncConnection, arena: str) -> None:
    known = read_all_arenas(connection)
    if arena not in known:
        there = f"there are {', '.join(known)}" if known else "there is none yet"
        raise ReleaseError(f"There is no arena {arena!r}: {there}.")


def lay_out(schema: str) -> Callable[[pl.DataFrame], Made]:
    """Find what makes the rows of a schema from frames that `sliced` gives."""
    return FORMATS.get(schema) or partial(_published, schema=SCHEMAS[schema])


def sliced(
    connection: SyncConnection, export: Export, *, words: bool = True
) -> Iterator[pl.DataFrame]:
    """Read the votes of an arena that hold all conditions; there is at least one frame."""
    parsed = [Condition.parse(sql) for sql in export.conditions]
    imported = LOCAL not in export.conditions
    took = SCHEMAS.get(export.schema) in WITH_TIMES
    labels = label_sources(export.labellers)
    frames = read_tables(
        connection, export.arena, labels, imported=imported, words=words, took=took
    )
    for frame in frames:
        yield frame.filter(hold_all(frame, parsed))


def _published(frame: pl.DataFrame, *, schema: str) -> Made:
    document = CODECS[schema].write(Battles(shaped(frame, schema).drop(UNSHOWN)))
    if not isinstance(document, pl.DataFrame):
        raise TypeError(schema)
    theirs = frame[publishers.LABELLER]
    if schema == OWN.name:
        return document.with_columns(theirs), Counter()
    return as_publishers_said(document, theirs), Counter()
