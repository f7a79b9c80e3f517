"""Published boards, as people read them."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import Any, ClassVar

from tiltyard.boards.published.document import CONTROLS, empty_document
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.slices.in_use import SlicesInUse
from tiltyard.boards.slices.slice_file import OVERALL, Slice
from tiltyard.errors import TiltyardError
from tiltyard.ledger import snapshots
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.unmade_boards import read_unmade

__all__ = ["OVERALL", "PublishedBoards", "UnknownBoardError"]


LISTED_S = 1.0
"""How old the list of boards may be."""


class UnknownBoardError(TiltyardError):
    """No board has this arena, slice and control, or had it then."""

    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such board"


class PublishedBoards:
    """The boards of an installation.

    Parameters
    ----------
    ledger
        Where snapshots are kept.
    arenas
        The ids of the arenas that have boards.
    recipe
        How boards are made; said of those that have no votes yet.
    slices
        Which boards each arena has; those that ship by default.
    """

    def __init__(
        self,
        ledger: Ledger,
        arenas: Sequence[str],
        recipe: Recipe,
        slices: SlicesInUse | None = None,
    ) -> None:
        self._ledger = ledger
        self._arenas = arenas
        self._recipe = recipe
        self._slices = slices or SlicesInUse()
        self._listed: list[dict[str, Any]] = []
        self._listed_at = -math.inf
        self._short: dict[tuple[str, str, str], tuple[int, Mapping[str, Any]]] = {}

    async def board(
        self, arena: str, slice_: str, *, control: str = "", at: datetime | None = None
    ) -> Mapping[str, Any]:
        """Read a board as it is, or as it was at an instant.

        Where there is none, or it cannot be made of the votes of now, `unmade` says why.

        Raises
        ------
        UnknownBoardError
            When there is no such board. A slice without votes has an empty one.
        """
        if control not in CONTROLS:
            raise UnknownBoardError(f"No board controls for {control[:20]!r}, only for style.")
        declared = self._declared(arena).get(slice_)
        async with self._ledger.reading() as connection:
            found = await snapshots.read_snapshot(connection, arena, slice_, control=control, at=at)
            reason = await connection.run_sync(_why_unmade, arena, slice_, control)
        if found is not None and arena in self._arenas:
            return {**found.board, "unmade": reason if at is None else None}
        if declared is None:
            raise UnknownBoardError(
                f"There is no board {arena}/{slice_} here: GET /api/v1/boards lists the boards."
            )
        if at is not None:
            raise UnknownBoardError(f"{arena}/{slice_} had no board before {at.isoformat()}.")
        return empty_document(arena, declared, control, self._recipe, reason or NOT_YET)

    async def summaries(self) -> list[dict[str, Any]]:
        """List the boards in short: every arena's slices in the order of their file.

        The list is a second old at most.
        """
        if monotonic() - self._listed_at > LISTED_S:
            async with self._ledger.reading() as connection:
                self._listed = [
                    summary
                    for arena in self._arenas
                    for summary in await connection.run_sync(self._summaries, arena)
                ]
            self._listed_at = monotonic()
        return self._listed

    def _summaries(self, connection: SyncConnection, arena: str) -> list[dict[str, Any]]:
        declared = self._declared(arena)
        keys = [(slice_, control) for slice_ in declared for control in CONTROLS]
        numbers = snapshots.newest_numbers(connection, arena, keys)
        for key, number in numbers.items():
            if self._short.get((arena, *key), (0,))[0] != number:
                board = snapshots.read_numbered(connection, number).board
                self._short[arena, *key] = number, _in_short(board)
        reasons = read_unmade(connection, arena)
        return [self._summary(arena, one, numbers, reasons) for one in declared.values()]

    def _summary(
        self,
        arena: str,
        slice_: Slice,
        numbers: Mapping[tuple[str, str], int],
        reasons: Mapping[tuple[str, str], str],
    ) -> dict[str, Any]:
        there = [control for control in CONTROLS if (slice_.id, control) in numbers]
        short = self._short[arena, slice_.id, ""][1] if "" in there else NOTHING
        return {
            "arena": arena,
            "slice": slice_.id,
            "name": slice_.name,
            "description": slice_.description,
            "within": slice_.parent,
            "minimum": slice_.minimum,
            "enough": short["votes"] >= slice_.minimum,
            "controls": there,
            "unmade": {
                control: reasons.get((slice_.id, control), NOT_YET)
                for control in CONTROLS
                if control not in there
            },
            **short,
        }

    def _declared(self, arena: str) -> dict[str, Slice]:
        if arena not in self._arenas:
            return {}
        return {one.id: one for one in self._slices.now().of_arena(arena)}


NOT_YET = "Nobody has voted in it yet, or the worker has not come to it."
NOTHING: Mapping[str, Any] = {"votes": 0, "contestants": 0, "published_at": None}


def _why_unmade(connection: SyncConnection, arena: str, slice_: str, control: str) -> str | None:
    return read_unmade(connection, arena).get((slice_, control))


def _in_short(board: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "votes": board["votes"],
        "contestants": len(board["models"]),
        "published_at": board["published_at"],
    }
