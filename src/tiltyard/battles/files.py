"""Open a file of votes: the content decides what it is, not its name."""

import glob
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from tiltyard.battles.choices import choice_columns
from tiltyard.battles.codecs.fastchat_log import is_log_record
from tiltyard.battles.codecs.pair_counts import is_count_file
from tiltyard.battles.columns import SCHEMA, source_of
from tiltyard.battles.errors import VotesError
from tiltyard.battles.json_text import TOO_DEEP, is_deep, may_be_deep

FORMATS = "Parquet, CSV, JSON, JSON lines, or pair counts in JSON (models, X, Y)"
SNIFFED = 4096
PARQUET = b"PAR1"
UNREADABLE = (pl.exceptions.PolarsError, pl.exceptions.PanicException)
"""What polars raises; a damaged file can break it off in the middle (a panic)."""


def open_votes(
    file: Path, columns: Mapping[str, str]
) -> pl.LazyFrame | Iterator[dict[str, Any]] | list[Any] | dict[str, Any]:
    """Open a file of votes without reading more of it than needed.

    Parameters
    ----------
    file
        The file.
    columns
        What it calls columns of the battles table, where it has names of its own.

    Returns
    -------
    pl.LazyFrame
        Of Parquet, CSV and JSON lines: nothing but the columns is read yet.
    Iterator[dict]
        The records of a FastChat log, in which votes and chats of all shapes are mixed.
    list or dict
        A whole JSON document.

    Raises
    ------
    VotesError
        When the file is missing, empty, or none of these.
    """
    head = _head(file)
    if head.startswith(PARQUET):
        return pl.scan_parquet(file, glob=False)
    if head.startswith(b"PK"):
        raise VotesError(f"{file.name} is a workbook or an archive: save its table as CSV.")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise VotesError(f"{file.name} is UTF-16 text: save it as UTF-8.")
    if b"\0" in head:
        raise VotesError(f"{file.name} is not a file of votes: expected {FORMATS}.")
    if _is_json(head):
        return _open_json(file)
    return _scan_csv(file, columns)


def kind_of(file: Path) -> str:
    """Say what a file that was opened is: `parquet`, `json` (of lines, too) or `csv`."""
    head = _head(file)
    if head.startswith(PARQUET):
        return "parquet"
    return "json" if _is_json(head) else "csv"


@contextmanager
def one_sentence(file: Path) -> Iterator[None]:
    """Say in one sentence what the file readers say in many."""
    try:
        yield
    except (*UNREADABLE, UnicodeError) as error:
        _refuse_bad_line(file)
        reason = str(error).partition("\n")[0].rstrip(". ")
        raise VotesError(
            f"{file.name} is damaged, cut short, or not {FORMATS} ({reason})."
        ) from error


def records(file: Path) -> Iterator[dict[str, Any]]:
    """Read JSON lines one by one.

    Raises
    ------
    VotesError
        When a line is no JSON object.
    """
    with file.open(encoding="utf-8-sig") as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            record = parsed(line)
            if not isinstance(record, dict):
                raise VotesError(
                    f"{file.name}, line {number}: is not a whole JSON object; "
                    "the file may be cut short there."
                )
            _refuse_deep(record, f"{file.name}, line {number}")
            yield record


def parsed(text: str) -> Any:  # noqa: ANN401  # JSON is any of its types
    """Parse JSON, None where it is not whole."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None  # besides broken JSON: numbers of thousands of digits, brackets without end


def _refuse_deep(value: object, place: str) -> None:
    if is_deep(value):
        raise VotesError(f"{place}: {TOO_DEEP}: leave that column out, or write it as text.")


def _refuse_deep_lines(file: Path) -> None:
    """Refuse them before polars reads them, which takes minutes for a few hundred brackets."""
    with file.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            if not may_be_deep(line):
                continue
            try:
                value = json.loads(line)
            except RecursionError as error:
                raise VotesError(f"{file.name}, line {number}: {TOO_DEEP}.") from error
            except ValueError:
                _refuse_bad_line(file)
                raise
            _refuse_deep(value, f"{file.name}, line {number}")


def _head(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            head = stream.read(SNIFFED)
    except IsADirectoryError:
        raise VotesError(f"{file} is a directory; name the file of votes in it.") from None
    except FileNotFoundError:
        raise VotesError(f"{file} does not exist.") from None
    except OSError as error:
        raise VotesError(f"{file} cannot be read ({error.strerror}).") from error
    if not head.strip():
        raise VotesError(f"{file.name} is empty; expected votes as {FORMATS}.")
    return head.removeprefix(b"\xef\xbb\xbf")


def _is_json(head: bytes) -> bool:
    return head.lstrip()[:1] in {b"{", b"["}


def _refuse_bad_line(file: Path) -> None:
    """Name the line of JSON lines that is no JSON object, which polars does not."""
    if _is_json(_head(file)) and not isinstance(_first_value(file), list):
        for _ in records(file):
            pass


def _first_value(file: Path) -> object:
    """Return the first line of a JSON file if it is a JSON value of its own."""
    with file.open(encoding="utf-8-sig") as stream:
        return parsed(next(line for line in stream if line.strip()))


def _scan_csv(file: Path, columns: Mapping[str, str]) -> pl.LazyFrame:
    """Scan CSV, with names, labels and ids as text whatever they look like: 007 is not 7."""
    present = pl.read_csv(file, n_rows=0, glob=False).columns
    if len(present) == 1 and (mark := next((m for m in ";\t|" if m in present[0]), None)):
        raise VotesError(
            f"{file.name} separates its columns by {mark!r}: save it with commas between them."
        )
    texts = (
        name for name, dtype in SCHEMA.items() if not (dtype.is_numeric() or dtype.is_temporal())
    )
    given = {columns.get(name, source_of(name, present)) for name in texts}
    known = given.union(choice_columns(present)).intersection(present)
    return pl.scan_csv(
        file,
        schema_overrides=dict.fromkeys(sorted(filter(None, known)), pl.String),
        infer_schema_length=None,
        glob=False,
        raise_if_empty=False,
    )


def _open_json(
    file: Path,
) -> pl.LazyFrame | Iterator[dict[str, Any]] | list[Any] | dict[str, Any]:
    """Tell JSON lines from one JSON document by whether the first line is a document itself."""
    opening = _first_value(file)
    if is_log_record(opening):
        return records(file)
    if isinstance(opening, dict) and not is_count_file(opening):
        return _scan_lines(file)
    document = opening if opening is not None else parsed(file.read_text(encoding="utf-8-sig"))
    if not isinstance(document, list | dict):
        return _scan_lines(file)
    if is_deep(document):
        rows = enumerate(document, 1) if isinstance(document, list) else []
        number = next((number for number, row in rows if is_deep([row])), 1)
        raise VotesError(
            f"{file.name}, row {number}: {TOO_DEEP}: leave that column out, or write it as text."
        )
    return document


def _scan_lines(file: Path) -> pl.LazyFrame:
    """Scan JSON lines, with the columns in the order of the first line's keys."""
    _refuse_deep_lines(file)
    scan = pl.scan_ndjson(glob.escape(str(file)), infer_schema_length=None)
    first = _first_value(file)
    known = list(first) if isinstance(first, dict) else []
    present = scan.collect_schema().names()
    return scan.select([name for name in known if name in present] + sorted({*present} - {*known}))
