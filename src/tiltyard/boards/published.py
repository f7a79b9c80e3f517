"""Published boards: fit the ledger's votes, keep every snapshot, read them back."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from tiltyard import __version__
from tiltyard.boards.board import Board
from tiltyard.boards.ranking import rank
from tiltyard.boards.recipe import Recipe
from tiltyard.errors import TiltyardError
from tiltyard.ledger import register, snapshots, votes
from tiltyard.ledger.battles_table import VotesOfArena, read_votes
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.records import Snapshot

OVERALL = "overall"


class UnknownBoardError(TiltyardError):
    """No board has this arena and slice, or had it then."""

    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such board"


class PublishedBoards:
    """The boards of an installation.

    Parameters
    ----------
    ledger
        Where votes are read and snapshots kept.
    arenas
        The ids of the arenas that have a board.
    recipe
        How the boards are made.
    """

    def __init__(self, ledger: Ledger, arenas: Sequence[str], recipe: Recipe) -> None:
        self._ledger = ledger
        self._arenas = arenas
        self._recipe = recipe

    async def publish_stale(self) -> int:
        """Publish a new snapshot for every arena with votes since its last one; count them."""
        published = 0
        for arena in self._arenas:
            async with self._ledger.reading() as connection:
                newest = await votes.last_vote(connection, arena)
                before = await snapshots.read_snapshot(connection, arena, OVERALL)
            if newest > (before.last_vote if before else 0):
                await self._publish(arena)
                published += 1
        return published

    async def board(
        self, arena: str, slice_: str, *, at: datetime | None = None
    ) -> Mapping[str, Any]:
        """Read a board as it is, or as it was at an instant.

        Raises
        ------
        UnknownBoardError
            When there is no such board. An arena without votes has an empty one.
        """
        if arena not in self._arenas or slice_ != OVERALL:
            raise UnknownBoardError(
                f"There is no board {arena}/{slice_} here: GET /api/v1/boards lists the boards."
            )
        async with self._ledger.reading() as connection:
            snapshot = await snapshots.read_snapshot(connection, arena, slice_, at=at)
        if snapshot is not None:
            return snapshot.board
        if at is not None:
            raise UnknownBoardError(f"{arena}/{slice_} had no board before {at.isoformat()}.")
        return _empty_board(arena, slice_, self._recipe)

    async def summaries(self) -> list[dict[str, Any]]:
        """List the boards in short."""
        boards = [await self.board(arena, OVERALL) for arena in self._arenas]
        return [
            {
                "arena": board["arena"],
                "slice": board["slice"],
                "votes": board["votes"],
                "contestants": len(board["models"]),
                "published_at": board["published_at"],
            }
            for board in boards
        ]

    async def _publish(self, arena: str) -> None:
        async with self._ledger.reading() as connection:
            read = await read_votes(connection, arena)
            cards = await register.read_cards(connection)
        fitted = await asyncio.to_thread(rank, read.battles, self._recipe)
        now = datetime.now(UTC)
        document = board_document(arena, OVERALL, fitted, read, cards, now)
        async with self._ledger.writing() as connection:
            await snapshots.add_snapshot(
                connection, Snapshot(arena, OVERALL, read.last_vote, document, now)
            )


def board_document(
    arena: str,
    slice_: str,
    fitted: Board,
    read: VotesOfArena,
    cards: Mapping[str, Mapping[str, Any]],
    at: datetime,
) -> dict[str, Any]:
    """Put a fitted board together with where its votes came from and who its models are."""
    document = fitted.to_dict()
    return {
        "arena": arena,
        "slice": slice_,
        "published_at": at.isoformat(),
        "votes": sum(read.sources.values()),
        "sources": dict(read.sources),
        **document,
        "models": [_named(row, cards.get(row["model"], {})) for row in document["models"]],
    }


def _named(row: Mapping[str, Any], card: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "model": row["model"],
        "name": card.get("name", row["model"]),
        "organisation": card.get("organisation"),
        "licence": card.get("licence"),
        "demo": card.get("adapter") == "demo",
        **row,
    }


def _empty_board(arena: str, slice_: str, recipe: Recipe) -> dict[str, Any]:
    return {
        "arena": arena,
        "slice": slice_,
        "published_at": None,
        "votes": 0,
        "sources": {},
        "models": [],
        "log_likelihood": None,
        "coefficients": [],
        "diagnostics": [],
        "recipe": recipe.to_dict(),
        "data_sha256": None,
        "version": __version__,
    }
