"""Tables written to files part by part, in bounded memory, whole or not at all."""

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import polars as pl

from tiltyard.battles.writing import moments
from tiltyard.releases.errors import ReleaseError

Format = Literal["parquet", "jsonl"]
ROWS = 25_000
"""This many rows are one Parquet file."""


@contextmanager
def empty_directory(out: Path) -> Generator[None]:
    """Fill a directory that is empty or not there; after an exception it is as it was.

    Raises
    ------
    ReleaseError
        When it is something else.
    """
    there = out.exists()
    if there and (not out.is_dir() or any(out.iterdir())):
        raise ReleaseError(f"{out} is not an empty directory: name another.")
    try:
        yield
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)
        if there:
            out.mkdir(exist_ok=True)
        raise


@contextmanager
def writing(directory: Path) -> Generator[None]:
    """Say in a sentence that a directory cannot be written.

    Raises
    ------
    ReleaseError
        When the system refuses it.
    """
    try:
        yield
    except OSError as error:
        raise ReleaseError(f"{directory} cannot be written ({error.strerror or error}).") from error


class PartsWriter:
    """Writes one table into a directory, as numbered Parquet files or one file of JSON lines.

    A context: the files appear in the directory at its end, and not at all after an exception.

    Parameters
    ----------
    directory
        Made where it is not there.
    stem
        What the files' names begin with. Files of this name must not be there already.
    format
        `parquet` or `jsonl`.

    Raises
    ------
    ReleaseError
        When the directory cannot be written, or holds such files.
    """

    def __init__(self, directory: Path, stem: str, format: Format) -> None:  # noqa: A002  # its name everywhere
        self.rows = 0
        self.files: list[str] = []
        self._directory = directory
        self._stem = stem
        self._format = format
        self._waiting: list[pl.DataFrame] = []
        with writing(directory):
            directory.mkdir(parents=True, exist_ok=True)
            there = next(directory.glob(f"{stem}*.{format}"), None)
            self._draft = Path(tempfile.mkdtemp(dir=directory, prefix=".writing-"))
        if there is not None:
            shutil.rmtree(self._draft)
            raise ReleaseError(f"{directory} holds {there.name} already: name another directory.")

    def write(self, frame: pl.DataFrame) -> None:
        """Add rows; all frames have the same columns.

        Raises
        ------
        ReleaseError
            When the file cannot be written.
        """
        self.rows += frame.height
        with writing(self._directory):
            if self._format == "jsonl":
                self._append(frame)
            else:
                self._waiting.append(frame)
                if sum(one.height for one in self._waiting) >= ROWS:
                    self._flush()

    def _append(self, frame: pl.DataFrame) -> None:
        name = f"{self._stem}.jsonl"
        if name not in self.files:
            self.files.append(name)
        with (self._draft / name).open("ab") as stream:
            frame.with_columns(moments(frame)).write_ndjson(stream)

    def _flush(self) -> None:
        name = f"{self._stem}-{len(self.files):05}.parquet"
        self.files.append(name)
        pl.concat(self._waiting).write_parquet(
            self._draft / name, compression="zstd", compression_level=3, statistics=False
        )
        self._waiting = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Put the files into their place, or take them away."""
        try:
            if kind is None:
                with writing(self._directory):
                    self._finish()
        finally:
            shutil.rmtree(self._draft, ignore_errors=True)

    def _finish(self) -> None:
        if self._waiting:
            self._flush()
        for name in self.files:
            (self._draft / name).replace(self._directory / name)
