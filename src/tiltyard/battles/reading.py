"""Read votes from files: Parquet, CSV, JSON, JSON lines, and pair counts in JSON.

The content decides what a file is, not its name.
"""

import glob
import json
from pathlib import Path
from typing import Any

import polars as pl

from tiltyard.battles.choices import choice_columns
from tiltyard.battles.columns import NEEDED, source_of
from tiltyard.battles.count_file import is_count_file, read_count_file
from tiltyard.battles.errors import VotesError
from tiltyard.battles.table import Battles

FORMATS = "Parquet, CSV, JSON, JSON lines, or pair counts in JSON (models, X, Y)"
SNIFFED = 4096


def read_battles(path: str | Path, *, only_votes: bool = False) -> Battles:
    """Read a file of votes in any published format.

    Parameters
    ----------
    path
        Parquet, CSV, a JSON array, JSON lines, or the pair-count JSON of the leaderbot package.
    only_votes
        Read nothing but models, outcomes, counts and weights: less memory and time when the file
        also holds the conversations, and all that ranking needs.

    Raises
    ------
    VotesError
        When the file is missing, empty, truncated or in no known format, when a column is missing,
        or when a cell is not what its column holds. The sentence names the file, the row (the first
        vote is row 1) and the column.
    """
    file = Path(path)
    head = _head(file)
    try:
        if head.startswith(b"PAR1"):
            return _from_columns(pl.scan_parquet(file, glob=False), file.name, only_votes)
        if b"\0" in head:
            raise VotesError(f"{file.name} is not a file of votes: expected {FORMATS}.")
        if head.lstrip()[:1] in {b"{", b"["}:
            return _from_json(file, only_votes=only_votes)
        return _from_columns(_scan_csv(file), file.name, only_votes)
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        reason = str(error).partition("\n")[0].rstrip(". ")
        raise VotesError(
            f"{file.name} is damaged, cut short, or not {FORMATS} ({reason})."
        ) from error


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


def _from_columns(scan: pl.LazyFrame, source: str, only_votes: bool) -> Battles:  # noqa: FBT001  # private, named alike in every caller
    if only_votes:
        present = scan.collect_schema().names()
        needed = {source_of(column, present) for column in NEEDED}
        wanted = [name for name in present if name in needed.union(choice_columns(present))]
        scan = scan.select(wanted or present)
    return Battles.from_frame(scan.collect(), source)


def _scan_csv(file: Path) -> pl.LazyFrame:
    present = pl.read_csv(file, n_rows=0, glob=False).columns
    names = [source_of(side, present) for side in ("model_a", "model_b")]
    text = {name: pl.String for name in (*names, *choice_columns(present)) if name}
    return pl.scan_csv(
        file, schema_overrides=text, infer_schema_length=None, glob=False, raise_if_empty=False
    )


def _from_json(file: Path, *, only_votes: bool) -> Battles:
    """Tell JSON lines from one JSON document by whether the first line is a document itself."""
    with file.open(encoding="utf-8-sig") as stream:
        first = next(line for line in stream if line.strip())
    opening = _parsed(first)
    if isinstance(opening, dict) and not is_count_file(opening):
        return _from_lines(file, only_votes)
    document = opening if opening is not None else _parsed(file.read_text(encoding="utf-8-sig"))
    if is_count_file(document):
        return read_count_file(document, file.name)
    if isinstance(document, list):
        return Battles.from_frame(_from_rows(document, file.name), file.name)
    if isinstance(document, dict):
        return Battles.from_frame(_from_rows([document], file.name), file.name)
    return _from_lines(file, only_votes)


def _parsed(text: str) -> Any:  # noqa: ANN401  # JSON is any of its types
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None


def _from_rows(rows: list[Any], source: str) -> pl.DataFrame:
    stray = next((number for number, row in enumerate(rows, 1) if not isinstance(row, dict)), None)
    if stray is not None:
        raise VotesError(f"{source}, row {stray}: is not an object with the columns of a vote.")
    return pl.DataFrame(rows, infer_schema_length=None, strict=False)


def _from_lines(file: Path, only_votes: bool) -> Battles:  # noqa: FBT001  # private, named alike in every caller
    scan = pl.scan_ndjson(glob.escape(str(file)), infer_schema_length=None)
    try:
        return _from_columns(scan, file.name, only_votes)
    except pl.exceptions.PolarsError:
        _refuse_bad_line(file)
        raise


def _refuse_bad_line(file: Path) -> None:
    """Name the line that is no JSON object, which polars does not."""
    with file.open(encoding="utf-8-sig") as stream:
        for number, line in enumerate(stream, 1):
            if line.strip() and not isinstance(_parsed(line), dict):
                raise VotesError(
                    f"{file.name}, line {number}: is not a whole JSON object; "
                    "the file may be cut short there."
                )
