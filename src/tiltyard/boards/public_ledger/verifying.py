"""Make every board of a public ledger again from its votes."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from tiltyard.battles.columns import SCHEMA
from tiltyard.battles.json_text import read_json
from tiltyard.battles.reading import read_battles
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.errors import SavedBoardError
from tiltyard.boards.public_ledger.ledger import (
    BOARDS,
    LEDGER,
    VOTES,
    LedgerBoard,
    PublicLedger,
    read_public_ledger,
    sha256_of,
)
from tiltyard.boards.public_ledger.pooling import PublicPooling, pooled_json
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.saved.differences import compare_values
from tiltyard.boards.saved.reading import read_file, rows_of
from tiltyard.boards.saved.verifying import Verification, rebuild, verify_rebuilt
from tiltyard.errors import TiltyardError

NONE = Battles(pl.DataFrame(schema=SCHEMA))
"""The votes of an arena that has none."""


def verify_public_ledger(directory: Path) -> Iterator[tuple[LedgerBoard, Verification]]:
    """Make every board of a public ledger again from its votes, one after the other.

    And its pooled figures from its parent's votes. How a board is made says the ledger, and not
    the board's own file; what that says beside what votes give is a difference.

    Raises
    ------
    SavedBoardError
        When a file is not the one that was written, cannot be read, or is not named; or there are
        more or fewer votes than the ledger says.
    """
    ledger = read_public_ledger(directory)
    votes = _read_votes(directory, ledger)
    _require_boards(directory, ledger)
    recipes = {board.key: ledger.recipe_of(board) for board in ledger.boards}
    pooling = PublicPooling(recipes, votes)
    for board in ledger.boards:
        saved = Board.load(directory / board.file)
        try:
            again = _again(directory, board, saved, recipes[board.key], votes)
        except TiltyardError as error:
            sentence = f"It cannot be made of the votes: {error}"
            yield board, Verification(saved, "votes", (sentence,), 0.0, same_bytes=False)
            continue
        found = _strictly(verify_rebuilt(directory / board.file, saved, again, from_votes=True))
        within = ledger.slice_of(board).within
        yield board, _with_pooled(found, directory, board, pooling.pooled(board.key, again, within))


def votes_by_arena(votes: Battles) -> Mapping[str, Battles]:
    """Part the votes of a public ledger."""
    parts = votes.frame.partition_by("arena", as_dict=True, maintain_order=True)
    return {str(arena): Battles(part) for (arena,), part in parts.items()}


def _read_votes(directory: Path, ledger: PublicLedger) -> Mapping[str, Battles]:
    _require(directory, VOTES, ledger.votes_sha256)
    rows = rows_of(directory / VOTES)  # before they are read: a small file may hold millions
    if rows != ledger.votes:
        raise SavedBoardError(
            f"{directory / VOTES} has {rows:,} votes, and {LEDGER} says that it has "
            f"{ledger.votes:,}."
        )
    return votes_by_arena(read_battles(directory / VOTES))


def _require_boards(directory: Path, ledger: PublicLedger) -> None:
    """Require the files of all boards to be those that the ledger names, and no others."""
    named = {name: sha256 for board in ledger.boards for name, sha256 in board.files.items()}
    for name, sha256 in named.items():
        _require(directory, name, sha256)
    there = (path for path in (directory / BOARDS).rglob("*") if path.is_file())
    names = {path.relative_to(directory).as_posix() for path in there}
    if more := sorted(names - named.keys()):
        raise SavedBoardError(f"{directory / more[0]} is a board that {LEDGER} does not name.")


def _again(
    directory: Path,
    board: LedgerBoard,
    saved: Board,
    recipe: Recipe,
    votes: Mapping[str, Battles],
) -> Board:
    """Make a board of the ledger's recipe, whatever its own file says."""
    asked = replace(saved, recipe=recipe)
    return rebuild(directory / board.file, asked, votes.get(board.arena, NONE))


def _strictly(found: Verification) -> Verification:
    """Call a difference what a board says beside what can be made again."""
    more = tuple(f"The board says {name}, which no votes give." for name in found.unchecked)
    return replace(found, differences=(*found.differences, *more))


def _with_pooled(
    found: Verification, directory: Path, board: LedgerBoard, again: Mapping[str, Any] | None
) -> Verification:
    """Add to what was found of a board what is found of its pooled figures."""
    if board.pooled is None:
        if again is None:
            return found
        sentence = f"{board.file} has no pooled figures, and the votes of its parent give some."
        return replace(found, differences=(*found.differences, sentence), same_bytes=False)
    written = read_file(directory / board.pooled)
    try:
        compared = list(compare_values(read_json(written), again, board.pooled))
    except ValueError as error:
        raise SavedBoardError(f"{directory / board.pooled} is damaged or cut short.") from error
    said = [sentence for _, sentence in compared if sentence]
    return replace(
        found,
        differences=(*found.differences, *said),
        largest_gap=max(found.largest_gap, *(gap for gap, _ in compared)),
        same_bytes=found.same_bytes and again is not None and written == pooled_json(again),
    )


def _require(directory: Path, name: str, expected: str) -> None:
    if sha256_of(read_file(directory / name)) != expected:
        raise SavedBoardError(f"{directory / name} is not the file that {LEDGER} names.")
