"""Published boards: fit the ledger's votes, keep every snapshot, read them back."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

import polars as pl

from tiltyard import __version__
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.kept_covariance import keep_covariance
from tiltyard.boards.ranking import rank
from tiltyard.boards.recipe import Recipe
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.face import Face, public_face
from tiltyard.errors import TiltyardError
from tiltyard.ledger import register, snapshots, votes
from tiltyard.ledger.battles_table import VotesOfArena, read_votes
from tiltyard.ledger.engine import Ledger, SyncConnection
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
                count = await votes.count_votes(connection, arena)
                before = await snapshots.read_snapshot(connection, arena, OVERALL)
                faces = _faces(await register.read_cards(connection))
            if count and not (before and self._is_current(before.board, count, faces)):
                published += await self._publish(arena, faces, after=before)
        return published

    def _is_current(self, board: Mapping[str, Any], count: int, faces: Mapping[str, Face]) -> bool:
        shown = {face.id: face.name for face in faces.values()}
        return (
            board["votes"] == count
            and board["version"] == __version__
            and board["recipe"] == self._recipe.to_dict()
            and all(shown.get(row["model"]) == row["name"] for row in board["models"])
        )

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

    async def _publish(
        self, arena: str, faces: Mapping[str, Face], *, after: Snapshot | None
    ) -> bool:
        """Publish a new snapshot, unless another worker published one after `after`."""

        def fit(connection: SyncConnection) -> tuple[VotesOfArena, Board]:
            read = read_votes(connection, arena)
            return read, rank(_as_seen(read.battles, faces), self._recipe)

        read, fitted = await self._ledger.in_thread(fit)
        now = datetime.now(UTC)
        document = board_document(arena, OVERALL, fitted, read, faces, at=now)
        async with self._ledger.writing() as connection:
            await snapshots.lock_board(connection, arena, OVERALL)
            if await snapshots.read_snapshot(connection, arena, OVERALL) != after:
                return False
            await snapshots.add_snapshot(
                connection, Snapshot(arena, OVERALL, read.last_vote, document, now)
            )
            await keep_covariance(connection, arena, OVERALL, fitted, now)
            return True


def board_document(
    arena: str,
    slice_: str,
    fitted: Board,
    read: VotesOfArena,
    faces: Mapping[str, Face],
    *,
    at: datetime,
) -> dict[str, Any]:
    """Put a fitted board together with where its votes came from and who its models are."""
    document = fitted.to_dict()
    seen = {face.id: face for face in faces.values()}
    return {
        "arena": arena,
        "slice": slice_,
        "published_at": at.isoformat(),
        "votes": sum(read.sources.values()),
        "sources": dict(read.sources),
        **document,
        "models": [_named(row, seen.get(row["model"])) for row in document["models"]],
    }


def _faces(cards: Mapping[str, Mapping[str, Any]]) -> dict[str, Face]:
    return {id_: public_face(Contestant.model_validate(card)) for id_, card in cards.items()}


def _as_seen(battles: Battles, faces: Mapping[str, Face]) -> Battles:
    """Put the ids that people may see in place of the contestants' own."""
    names = {id_: face.id for id_, face in faces.items()}
    columns = (
        pl.col(side).cast(pl.String).replace(names).cast(pl.Categorical)
        for side in ("model_a", "model_b")
    )
    return Battles(battles.frame.with_columns(columns))


def _named(row: Mapping[str, Any], face: Face | None) -> dict[str, Any]:
    return {
        "model": row["model"],
        "name": face.name if face else row["model"],
        "organisation": face.organisation if face else None,
        "licence": face.licence if face else None,
        "demo": face is not None and face.demo,
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
