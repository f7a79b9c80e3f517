"""A file that closes whatever happens, so that the next writer is not kept out."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tiltyard.ledger.sqlite_file import File


class Broken(File):
    """On a disk that went away."""

    def rollback(self) -> None:
        raise sqlite3.OperationalError("disk I/O error")


@pytest.mark.parametrize("kind", [File, Broken])
def test_a_file_that_was_written_is_free_once_it_is_closed(
    tmp_path: Path, kind: type[File]
) -> None:
    place = tmp_path / "ledger.sqlite3"
    writer = sqlite3.connect(place, isolation_level=None, factory=kind)
    writer.execute("BEGIN IMMEDIATE")
    writer.close()
    with closing(sqlite3.connect(place, timeout=0)) as following:
        following.execute("BEGIN IMMEDIATE")


def test_a_file_closes_although_somebody_still_holds_a_cursor(tmp_path: Path) -> None:
    place = tmp_path / "ledger.sqlite3"
    writer = sqlite3.connect(place, isolation_level=None, factory=File)
    writer.execute("BEGIN IMMEDIATE")
    held = writer.execute("VALUES (1), (2)")
    writer.close()
    with closing(sqlite3.connect(place, timeout=0)) as following:
        following.execute("BEGIN IMMEDIATE")
    assert held is not None


def test_a_file_may_be_closed_twice(tmp_path: Path) -> None:
    writer = sqlite3.connect(tmp_path / "ledger.sqlite3", factory=File)
    writer.close()
    writer.close()
