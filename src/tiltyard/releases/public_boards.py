"""Published boards as they go out with the public vote ledger."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.public_ledger.ledger import (
    POOLED,
    VOTES,
    LedgerBoard,
    LedgerSlice,
    board_file,
    sha256_of,
)
from tiltyard.boards.public_ledger.pooling import (
    ArenaBoard,
    PublicPooling,
    pooled_json,
    published_figures,
)
from tiltyard.boards.public_ledger.verifying import votes_by_arena
from tiltyard.boards.published.document import BoardKey
from tiltyard.boards.saved.reading import read_document


@dataclass(frozen=True)
class PublicBoard:
    """A published board's document, and which one it is."""

    arena: str
    key: BoardKey
    document: Mapping[str, Any]

    @cached_property
    def board(self) -> Board:
        """The board alone, as it was published."""
        return Board(**read_document(dict(self.document), self.file))

    @property
    def where(self) -> tuple[str, ...]:
        """What holds of its votes."""
        return self.board.recipe.where

    @property
    def file(self) -> str:
        """Where it goes."""
        return board_file(self.ledger_key)

    @property
    def pooled_file(self) -> str:
        """Where its pooled figures go."""
        return board_file(self.ledger_key, POOLED)

    @property
    def ledger_key(self) -> ArenaBoard:
        """Which board of the ledger it is."""
        return ArenaBoard(self.arena, *self.key)

    @property
    def slice(self) -> LedgerSlice:
        """Which votes it has."""
        within = self.document.get("within")
        return LedgerSlice(self.key.slice, self.document["name"], within, self.where)


def slices_of(published: Sequence[PublicBoard]) -> list[LedgerSlice]:
    """Say which votes each slice has: as its newest board has them."""
    in_time = sorted(published, key=lambda one: str(one.document["published_at"]))
    return list({one.key.slice: one.slice for one in in_time}.values())


def files_of_boards(
    votes: pl.DataFrame, published: Sequence[PublicBoard]
) -> Iterator[tuple[LedgerBoard, dict[str, bytes]]]:
    """Write every board down, and its pooled figures where it has any."""
    recipes = {one.ledger_key: one.board.recipe for one in published}
    pooling = PublicPooling(recipes, votes_by_arena(Battles.from_frame(votes, VOTES)))
    newest = {one.ledger_key: one.board.data_sha256 for one in published}
    for one in published:
        files = {one.file: one.board.to_json().encode()}
        figures = _figures(one, newest, pooling)
        if figures is not None:
            files[one.pooled_file] = pooled_json(figures)
        yield _entry(one, files), files


def _figures(
    one: PublicBoard, newest: Mapping[ArenaBoard, str], pooling: PublicPooling
) -> Mapping[str, Any] | None:
    """Give a board's pooled figures: those published, or new ones where its parent moved on since.

    A board's snapshot is never changed when votes come that its parent alone counts.
    """
    figures = published_figures(one.document)
    if figures is not None:
        parent = one.ledger_key._replace(slice=str(figures["within"]))
        if figures["data_sha256"] == newest.get(parent):
            return figures
    return pooling.pooled(one.ledger_key, one.board, one.slice.within)


def _entry(one: PublicBoard, files: Mapping[str, bytes]) -> LedgerBoard:
    pooled = one.pooled_file if one.pooled_file in files else None
    return LedgerBoard(
        one.file,
        sha256_of(files[one.file]),
        one.arena,
        *one.key,
        str(one.document["published_at"]),
        pooled,
        sha256_of(files[pooled]) if pooled else None,
    )
