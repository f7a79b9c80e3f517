"""The public vote ledger: votes without words, and every board that was made of them."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from tiltyard.battles.json_text import read_json
from tiltyard.boards.errors import SavedBoardError
from tiltyard.boards.public_ledger.pooling import ArenaBoard
from tiltyard.boards.published.document import CONTROLS, recipe_of
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.saved.reading import read_file, read_recipe

LEDGER, VOTES, BOARDS = "ledger.json", "votes.parquet", "boards"
FORMAT = 2
POOLED = ".pooled"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""Of arenas and slices, which become names of files."""


@dataclass(frozen=True, slots=True)
class LedgerSlice:
    """A slice of the boards in a public ledger.

    Attributes
    ----------
    id, name
        Of the slice.
    within
        The slice that this one is a part of; None for all votes.
    where
        What holds of its votes, in SQL.
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid", strict=True)

    id: str
    name: str
    within: str | None
    where: Sequence[str]


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
    pooled, pooled_sha256
        The file of its pooled figures, and the digest of that; None where it has none.
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid", strict=True)

    file: str
    sha256: str
    arena: str
    slice: str
    control: str
    published_at: str
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
    times
        How exactly they say when they were cast: `day`, or what boards ask for that is finer.
    votes_sha256
        Of the file of votes.
    recipe
        What all boards have in common.
    slices
        Which votes they have.
    boards
        Every board that must follow from the votes.
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid", strict=True)

    format: int
    tiltyard: str
    written_at: str
    votes: int
    times: str
    votes_sha256: str
    recipe: Mapping[str, Any]
    slices: Sequence[LedgerSlice]
    boards: Sequence[LedgerBoard]

    def to_json(self) -> str:
        """Write it down."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @property
    def sha256(self) -> str:
        """Digest of what is written down, and so of every file."""
        return sha256_of(self.to_json().encode())

    def slice_of(self, board: LedgerBoard) -> LedgerSlice:
        """Find the slice of a board."""
        return next(one for one in self.slices if one.id == board.slice)

    def recipe_of(self, board: LedgerBoard) -> Recipe:
        """Say how a board is made, whatever its own file says."""
        common = read_recipe(self.recipe, LEDGER)
        return recipe_of(common, self.slice_of(board).where, board.control)


def board_file(key: ArenaBoard, kind: str = "") -> str:
    """Name the file of a board, or of something beside it.

    >>> board_file(ArenaBoard("text", "coding", "style"), ".pooled")
    'boards/text/coding-style.pooled.json'
    """
    control = f"-{key.control}" if key.control else ""
    return f"{BOARDS}/{key.arena}/{key.slice}{control}{kind}.json"


def is_public_ledger(directory: Path) -> bool:
    """Say whether a directory holds a public ledger."""
    return (directory / LEDGER).is_file()


def read_public_ledger(directory: Path) -> PublicLedger:
    """Read what a public ledger says about itself.

    Raises
    ------
    SavedBoardError
        When it cannot be read, or what it says cannot be.
    """
    file = directory / LEDGER
    try:
        text = read_file(file)
        values = read_json(text)
        if not isinstance(values, dict) or values.get("format") != FORMAT:
            raise SavedBoardError(f"{file} is not of this version of Tiltyard.")
        ledger = TypeAdapter(PublicLedger).validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = " ".join(map(str, first["loc"]))
        raise SavedBoardError(f"{file} is not a public ledger: {place}: {first['msg']}.") from error
    except ValueError as error:
        raise SavedBoardError(f"{file} is damaged or cut short.") from error
    fault = next(_faults(ledger), None)
    if fault is not None:
        raise SavedBoardError(f"{file} is not a public ledger: {fault}.")
    return ledger


def _faults(ledger: PublicLedger) -> Iterator[str]:
    """Say what cannot be of a ledger whose values are of the right kinds."""
    if not ledger.boards:
        yield "it names no board"
    if read_recipe(ledger.recipe, LEDGER).to_dict() != ledger.recipe:
        yield "its recipe is not complete, or of another digest"
    slices = {one.id for one in ledger.slices}
    seen: set[ArenaBoard] = set()
    for board in ledger.boards:
        if not (NAME.fullmatch(board.arena) and NAME.fullmatch(board.slice)):
            yield f"{board.arena}/{board.slice} is not the name of a board"
        if board.slice not in slices:
            yield f"it does not say which votes are in the slice {board.slice}"
        if board.control not in CONTROLS:
            yield f"no board controls for {board.control!r}"
        pooled = {None, board_file(board.key, POOLED)}
        if board.file != board_file(board.key) or board.pooled not in pooled:
            yield f"{board.file} is not where {board_file(board.key)} belongs"
        if board.key in seen:
            yield f"it names {board.file} twice"
        seen.add(board.key)
    if unused := slices - {board.slice for board in ledger.boards}:
        yield f"it names no board of the slice {min(unused)}"


def sha256_of(content: bytes) -> str:
    """Digest a file's bytes."""
    return hashlib.sha256(content).hexdigest()
