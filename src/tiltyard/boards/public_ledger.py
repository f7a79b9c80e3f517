"""The public vote ledger: votes without words, and every board that was made of them."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tiltyard.battles.reading import read_battles
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.differences import compare_values
from tiltyard.boards.errors import SavedBoardError
from tiltyard.boards.public_pooling import ArenaBoard, PublicPooling, pooled_json
from tiltyard.boards.saving import read_file
from tiltyard.boards.verifying import Verification, rebuild, verify_rebuilt

LEDGER, VOTES = "ledger.json", "votes.parquet"
FORMAT = 2


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
    within
        The slice that this one is a part of; None for all votes.
    pooled, pooled_sha256
        The file of its pooled figures, and the digest of that; None where it has none.
    """

    file: str
    sha256: str
    arena: str
    slice: str
    control: str
    published_at: str
    within: str | None
    pooled: str | None
    pooled_sha256: str | None

    @property
    def key(self) -> ArenaBoard:
        """Which board it is."""
        return ArenaBoard(self.arena, self.slice, self.control)

    @property
    def files(self) -> Mapping[str, str]:
        """Its files with their digests."""
        pooled = {} if self.pooled is None else {self.pooled: str(self.pooled_sha256)}
        return {self.file: self.sha256, **pooled}


@dataclass(frozen=True, slots=True)
class PublicLedger:
    """What a public ledger says about itself.

    Attributes
    ----------
    format
        Of the directory; 2.
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

    And its pooled figures from its parent's votes.

    Raises
    ------
    SavedBoardError
        When a file is not the one that was written, or cannot be read.
    """
    ledger = read_public_ledger(directory)
    _require(directory, VOTES, ledger.votes_sha256)
    for board in ledger.boards:
        for name, sha256 in board.files.items():
            _require(directory, name, sha256)
    votes = votes_by_arena(read_battles(directory / VOTES))
    saved = {board.key: Board.load(directory / board.file) for board in ledger.boards}
    pooling = PublicPooling({key: board.recipe for key, board in saved.items()}, votes)
    for board in ledger.boards:
        file, was = directory / board.file, saved[board.key]
        again = rebuild(file, was, votes[board.arena])
        found = verify_rebuilt(file, was, again, from_votes=True)
        figures = pooling.pooled(board.key, again, board.within)
        yield board, _with_pooled(found, directory, board, figures)


def votes_by_arena(votes: Battles) -> Mapping[str, Battles]:
    """Part the votes of a public ledger."""
    parts = votes.frame.partition_by("arena", as_dict=True, maintain_order=True)
    return {str(arena): Battles(part) for (arena,), part in parts.items()}


def _with_pooled(
    found: Verification, directory: Path, board: LedgerBoard, again: Mapping[str, Any] | None
) -> Verification:
    """Add to what was found of a board what is found of its pooled figures."""
    if board.pooled is None:
        if again is None:
            return found
        sentence = f"{board.file} has no pooled figures, and the votes of {board.within} give some."
        return replace(found, differences=(*found.differences, sentence), same_bytes=False)
    written = read_file(directory / board.pooled)
    try:
        compared = list(compare_values(json.loads(written), again, board.pooled))
    except ValueError as error:
        raise SavedBoardError(f"{directory / board.pooled} is damaged or cut short.") from error
    said = [sentence for _, sentence in compared if sentence]
    return replace(
        found,
        differences=(*found.differences, *said),
        largest_gap=max(found.largest_gap, *(gap for gap, _ in compared)),
        same_bytes=found.same_bytes and again is not None and written == pooled_json(again),
    )


def sha256_of(content: bytes) -> str:
    """Digest a file's bytes."""
    return hashlib.sha256(content).hexdigest()


def _require(directory: Path, name: str, expected: str) -> None:
    if sha256_of(read_file(directory / name)) != expected:
        raise SavedBoardError(f"{directory / name} is not the file that {LEDGER} names.")
