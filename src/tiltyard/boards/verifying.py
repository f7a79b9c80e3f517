"""Rebuild a saved board and say where it differs."""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiltyard import __version__
from tiltyard.battles.pair_table import PairTable
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.checking import CHECKS, checked
from tiltyard.boards.errors import SavedBoardError
from tiltyard.boards.ranking import rank, rank_counted
from tiltyard.boards.saving import read_file, read_manifest

CLOSE = 1e-6
"""How far apart two numbers may be, absolutely or relatively: another processor's last digits."""

SHOWN = 20


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
    """

    board: Board
    rebuilt_from: str
    differences: tuple[str, ...]
    largest_gap: float

    @property
    def holds(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def verify_board(path: str | Path, battles: Battles | PairTable | None = None) -> Verification:
    """Rank again what a board was made from, and compare.

    Parameters
    ----------
    path
        The directory of a saved board; or its JSON alone, and then `battles` are needed.
    battles
        The votes it should be from. Without them the votes saved beside the board are ranked,
        which shows that the ratings follow from those, but not where those are from.

    Raises
    ------
    SavedBoardError
        When there is no board, or no votes.
    """
    place = Path(path)
    board = Board.load(place)
    found = list(_changed_files(place)) if place.is_dir() else []
    if battles is not None:
        again = rank(battles, board.recipe)
    elif board.counted is not None:
        again = rank_counted(board.counted, board.recipe)
    else:
        raise SavedBoardError(
            f"{place.name} is a board without its votes: name the files of votes after it."
        )
    if any(one.kind in CHECKS for one in board.diagnostics):
        again = checked(again)
    if again.data_sha256 != board.data_sha256:
        found.append(
            f"The {'saved ' if battles is None else ''}votes are not those of the board: their "
            f"digest is {again.data_sha256[:12]}, the board's is {board.data_sha256[:12]}."
        )
    before, after = board.to_dict(), again.to_dict()
    after |= {"version": board.version, "data_sha256": board.data_sha256}
    if battles is None:  # what was left out before counting cannot be seen in the counts
        _keep_shared_diagnostics(before, after)
        after["filters"] = before["filters"]
    compared = list(_compared(before, after, "board"))
    found.extend(sentence for _, sentence in compared if sentence)
    more = len(found) - SHOWN
    if more > 0:
        found[SHOWN:] = [f"{more} more differences."]
    if found and board.version != __version__:
        found.append(f"The board was made by Tiltyard {board.version}, and this is {__version__}.")
    source = "saved votes" if battles is None else "votes"
    return Verification(board, source, tuple(found), max(gap for gap, _ in compared))


def _changed_files(directory: Path) -> Iterator[str]:
    manifest = read_manifest(directory)
    for name, expected in manifest.files.items():
        if hashlib.sha256(read_file(directory / Path(name).name)).hexdigest() != expected:
            yield f"{name} is not the file that was saved: its SHA-256 is not the manifest's."
    board = Board.load(directory)
    if board.recipe.sha256 != manifest.recipe_sha256:
        yield "The recipe is not the one in the manifest."
    if board.data_sha256 != manifest.data_sha256:
        yield "The digest of the votes is not the one in the manifest."


def _keep_shared_diagnostics(before: dict[str, Any], after: dict[str, Any]) -> None:
    kinds = {row["kind"] for row in after["diagnostics"]}
    before["diagnostics"] = [row for row in before["diagnostics"] if row["kind"] in kinds]


def _compared(
    before: Any,  # noqa: ANN401  # JSON is any of its types
    after: Any,  # noqa: ANN401  # likewise
    where: str,
) -> Iterator[tuple[float, str | None]]:
    """Walk two JSON values side by side: the gap of each pair of numbers, and what differs."""
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        for key, value in before.items():
            yield from _compared(value, after[key], f"{where}, {key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True), 1):
            yield from _compared(one, other, f"{where} {_named(one, number)}")
    else:
        both = _is_number(before) and _is_number(after)
        same = (
            math.isclose(before, after, rel_tol=CLOSE, abs_tol=CLOSE) if both else before == after
        )
        sentence = f"{where}: saved {_short(before)}, rebuilt {_short(after)}."
        yield abs(before - after) if both else 0.0, None if same else sentence


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _named(row: Any, number: int) -> str:  # noqa: ANN401  # JSON is any of its types
    if isinstance(row, dict):
        return str(row.get("model", row.get("name", row.get("kind", number))))
    return str(number)


def _short(value: object) -> str:
    if isinstance(value, list):
        return f"{len(value)} entries"
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"  # noqa: PLR2004  # a line's worth
