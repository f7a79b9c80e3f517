"""The public vote ledger: votes without words, and every board that was made of them."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from tiltyard.battles.reading import read_battles
from tiltyard.battles.table import Battles
from tiltyard.boards.errors import SavedBoardError
from tiltyard.boards.saving import read_file
from tiltyard.boards.verifying import Verification, verify_board

LEDGER, VOTES = "ledger.json", "votes.parquet"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class LedgerBoard:
    """A board in a public ledger.

    Attributes
    ----------
    file
        Where it is in the directory.
    sha256
        Of that file.
    arena, slice, control
        Which board; `control` is empty for none.
    published_at
        When it was published.
    """

    file: str
    sha256: str
    arena: str
    slice: str
    control: str
    published_at: str


@dataclass(frozen=True, slots=True)
class PublicLedger:
    """What a public ledger says about itself.

    Attributes
    ----------
    format
        Of the directory; 1.
    tiltyard
        The version that wrote it.
    written_at
        When.
    votes
        How many votes there are.
    votes_sha256
        Of the file of votes.
    boards
        Every board that must follow from the votes.
    """

    format: int
    tiltyard: str
    written_at: str
    votes: int
    votes_sha256: str
    boards: Sequence[LedgerBoard]

    def to_json(self) -> str:
        """Write it down."""
        return json.dumps(asdict(self), indent=2) + "\n"


def is_public_ledger(directory: Path) -> bool:
    """Say whether a directory holds a public ledger."""
    return (directory / LEDGER).is_file()


def read_public_ledger(directory: Path) -> PublicLedger:
    """Read what a public ledger says about itself.

    Raises
    ------
    SavedBoardError
        When it cannot be read.
    """
    try:
        values: dict[str, Any] = json.loads(read_file(directory / LEDGER))
        if values["format"] != FORMAT:
            raise SavedBoardError(f"{directory / LEDGER} is not of this version of Tiltyard.")
        boards = [LedgerBoard(**board) for board in values.pop("boards")]
        return PublicLedger(**values, boards=boards)
    except (ValueError, KeyError, TypeError) as error:
        raise SavedBoardError(f"{directory / LEDGER} is damaged or cut short.") from error


def verify_public_ledger(directory: Path) -> Iterator[tuple[LedgerBoard, Verification]]:
    """Make every board of a public ledger again from its votes, one after the other.

    Raises
    ------
    SavedBoardError
        When a file is not the one that was written, or cannot be read.
    """
    ledger = read_public_ledger(directory)
    _require(directory, VOTES, ledger.votes_sha256)
    votes = read_battles(directory / VOTES)
    of_arena: Mapping[str, Battles] = {
        arena: Battles(votes.frame.filter(pl.col("arena").cast(pl.String) == arena))
        for arena in {board.arena for board in ledger.boards}
    }
    for board in ledger.boards:
        _require(directory, board.file, board.sha256)
        yield board, verify_board(directory / board.file, of_arena[board.arena])


def sha256_of(content: bytes) -> str:
    """Digest a file's bytes."""
    return hashlib.sha256(content).hexdigest()


def _require(directory: Path, name: str, expected: str) -> None:
    if sha256_of(read_file(directory / name)) != expected:
        raise SavedBoardError(f"{directory / name} is not the file that {LEDGER} names.")
