"""Rebuild a saved board and say where it differs."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tiltyard import __version__
from tiltyard.battles.pair_table import PairTable
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.checking import CHECKS, checked
from tiltyard.boards.errors import SavedBoardError
from tiltyard.boards.ranking import rank, rank_counted
from tiltyard.boards.records import Diagnostic
from tiltyard.boards.saved.differences import (
    Found,
    compare_covariances,
    compare_values,
    values_beside,
)
from tiltyard.boards.saved.reading import read_file, read_manifest, read_table, read_values
from tiltyard.boards.saved.saving import (
    BOARD,
    COVARIANCE,
    TABLE,
    VOTES,
    board_files,
    board_table,
)

SHOWN = 20
OTHER = "{} is not the file that was saved: its SHA-256 is not the manifest's."


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of rebuilding a board.

    Parameters
    ----------
    board
        The board as it was saved.
    rebuilt_from
        `votes`: the votes that were given, through slice, filters and weights. `saved votes`: the
        counted votes beside the board.
    differences
        One sentence each; empty when the board is what it says.
    largest_gap
        Between any two corresponding numbers.
    same_bytes
        Whether every rebuilt file has the bytes of the saved one. Where not, numbers within a
        millionth of each other, absolutely or relatively, are no difference: another version, or
        another processor's last digits.
    unchecked
        What the JSON of a board says beside it, such as the names of organisations: no votes give
        that. In a directory that was saved it is a difference.
    """

    board: Board
    rebuilt_from: str
    differences: tuple[str, ...]
    largest_gap: float
    same_bytes: bool
    unchecked: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def verify_board(path: str | Path, battles: Battles | PairTable | None = None) -> Verification:
    """Rank again what a board was made from, and compare every file of it.

    The board, its table, its covariance and its votes are compared with the rebuilt ones, and the
    manifest with all of them.

    Parameters
    ----------
    path
        The directory of a saved board; or its JSON alone, and then `battles` are needed.
    battles
        The votes it should be from. Without them the votes saved beside the board are ranked,
        which shows that the ratings follow from those, but not where those are from; what a filter
        dropped, and what was noticed before counting, is then taken as the board says it.

    Raises
    ------
    SavedBoardError
        When there is no board, or no votes.
    """
    place = Path(path)
    if place.is_dir() and (damaged := list(_not_as_saved(place))):
        board = Board.load(place / BOARD)
        source = "saved votes" if battles is None else "votes"
        return Verification(board, source, tuple(damaged), 0.0, same_bytes=False)
    board = Board.load(path)
    return verify_rebuilt(
        path, board, rebuild(path, board, battles), from_votes=battles is not None
    )


def _not_as_saved(directory: Path) -> Iterator[str]:
    """Find what is read whole before anything is compared, and is not what the manifest says.

    It is not read then: who made it may have put anything there.
    """
    said = read_manifest(directory).files
    for name in (VOTES, COVARIANCE):
        if name in said and (directory / name).exists() and not _is_saved(directory, name, said):
            yield OTHER.format(name)


def _is_saved(directory: Path, name: str, said: Mapping[str, str]) -> bool:
    return hashlib.sha256(read_file(directory / Path(name).name)).hexdigest() == said[name]


def verify_rebuilt(
    path: str | Path, board: Board, again: Board, *, from_votes: bool
) -> Verification:
    """Compare every file of a board with one that was rebuilt, as :func:`verify_board` does."""
    place = Path(path)
    found = list(_against_manifest(place, board)) if place.is_dir() else []
    beside = tuple(dict.fromkeys(values_beside(read_values(place), board.to_dict())))
    if place.is_dir():
        found += [f"The board says {name}, which no votes give." for name in beside]
    if again.data_sha256 != board.data_sha256:
        found.append(
            f"The {'' if from_votes else 'saved '}votes are not those of the board: their "
            f"digest is {again.data_sha256[:12]}, the board's is {board.data_sha256[:12]}."
        )
    compared = list(_compared(place, board, again))
    found.extend(sentence for _, sentence in compared if sentence)
    more = len(found) - SHOWN
    if more > 0:
        found[SHOWN:] = [f"{more} more differences."]
    if found and board.version != __version__:
        found.append(f"The board was made by Tiltyard {board.version}, and this is {__version__}.")
    source = "votes" if from_votes else "saved votes"
    gap = max(gap for gap, _ in compared)
    same = not found and _same_bytes(place, again)
    return Verification(board, source, tuple(found), gap, same, beside)


def rebuild(path: str | Path, board: Board, battles: Battles | PairTable | None) -> Board:
    """Rank again what a board was made from: these votes, or those saved beside it.

    Raises
    ------
    SavedBoardError
        When there are neither.
    """
    if battles is not None:
        again = rank(battles, board.recipe)
    elif board.counted is not None:
        again = rank_counted(board.counted, board.recipe)
    else:
        raise SavedBoardError(
            f"{Path(path).name} is a board without its votes: name the files of votes after it."
        )
    if any(one.kind in CHECKS for one in board.diagnostics):
        again = checked(again)
    again = replace(again, version=board.version)
    if battles is None:  # what was left out before counting cannot be seen in the counts
        said = _with_unseen(board.diagnostics, again.diagnostics)
        again = replace(again, filters=board.filters, diagnostics=said)
    return again


def _with_unseen(
    saved: tuple[Diagnostic, ...], rebuilt: tuple[Diagnostic, ...]
) -> tuple[Diagnostic, ...]:
    """Add the saved diagnostics of kinds that counted votes do not show, where they stood."""
    kinds = {one.kind for one in rebuilt}
    seen = tuple(one for one in saved if one.kind in kinds)
    if len(seen) != len(rebuilt):
        return rebuilt
    following = iter(rebuilt)
    return tuple(next(following) if one.kind in kinds else one for one in saved)


def _against_manifest(directory: Path, board: Board) -> Iterator[str]:
    manifest = read_manifest(directory)
    for name in manifest.files:
        if not _is_saved(directory, name, manifest.files):
            yield OTHER.format(name)
    for name in board_files(board):
        if name not in manifest.files:
            yield f"{name} is not in the manifest."
    said = {
        "recipe": (board.recipe.sha256, manifest.recipe_sha256),
        "digest of the votes": (board.data_sha256, manifest.data_sha256),
        "seed": (board.recipe.seed, manifest.seed),
        "version": (board.version, manifest.version),
    }
    for name, (ours, theirs) in said.items():
        if ours != theirs:
            yield f"The {name} is not the one in the manifest."


def _compared(place: Path, board: Board, again: Board) -> Iterator[Found]:
    after = again.to_dict() | {"data_sha256": board.data_sha256}  # said in a sentence already
    yield from compare_values(board.to_dict(), after, "board")
    if not place.is_dir():
        return
    yield compare_covariances((board.covered, again.covered), board.covariance, again.covariance)
    if (place / TABLE).exists():
        saved = read_table(place / TABLE, len(board.models))
        yield from compare_values(saved.to_dicts(), board_table(again).to_dicts(), TABLE)
    else:
        yield 0.0, f"{TABLE} is not there."


def _same_bytes(place: Path, again: Board) -> bool:
    files = board_files(again)
    if not place.is_dir():
        return place.read_bytes() == files[BOARD]
    return all(read_file(place / name) == content for name, content in files.items())
