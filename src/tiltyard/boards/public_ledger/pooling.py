"""Pooled figures in a public ledger: what a slice's votes say together with its parent's."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl

from tiltyard.battles.columns import SCHEMA
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.fitting.counted import Counted
from tiltyard.boards.fitting.counting import count_votes
from tiltyard.boards.fitting.pooling import Parent, pool
from tiltyard.boards.published.document import POOLED, pooled_figures, pooling_of
from tiltyard.boards.ranking import fit_counted
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.errors import TiltyardError

NO_VOTES = Battles(pl.DataFrame(schema=SCHEMA))

Document = Mapping[str, Any]


class ArenaBoard(NamedTuple):
    """Which board of a public ledger."""

    arena: str
    slice: str
    control: str


class PublicPooling:
    """Pools slices of a public ledger with their parents, each of which is fitted once.

    Parameters
    ----------
    recipes
        How every board of the ledger is made.
    votes
        By arena.
    """

    def __init__(self, recipes: Mapping[ArenaBoard, Recipe], votes: Mapping[str, Battles]) -> None:
        self._recipes = recipes
        self._votes = votes
        self._parents: dict[ArenaBoard, Parent | None] = {}

    def pooled(self, key: ArenaBoard, board: Board, within: str | None) -> Document | None:
        """Pool the votes of a board that was just made; None where there is nothing to pool with.

        Parameters
        ----------
        board
            With its votes.
        within
            The slice that it is a part of.
        """
        parent = None if within is None else self._parent(key._replace(slice=within))
        if parent is None:
            return None
        try:
            counted = self._counted(key) if board.counted is None else board.counted
        except TiltyardError:  # these votes do not give this board
            return None
        found = pool(counted, parent, board.recipe)
        rows = [{"model": one.model, **pooled_figures(one.model, found)} for one in board.models]
        return {**pooling_of(found, within), "models": rows}

    def _parent(self, key: ArenaBoard) -> Parent | None:
        if key not in self._recipes:
            return None
        if key not in self._parents:
            recipe = self._recipes[key]
            try:
                counted = self._counted(key)
                self._parents[key] = Parent.of(counted, fit_counted(counted, recipe), recipe)
            except TiltyardError:  # its own board says so
                self._parents[key] = None
        return self._parents[key]

    def _counted(self, key: ArenaBoard) -> Counted:
        return count_votes(self._votes.get(key.arena, NO_VOTES), self._recipes[key]).counted


def published_figures(document: Document) -> Document | None:
    """Take the pooled figures out of a published board; None where it has none."""
    if document.get("pooling") is None:
        return None
    rows = [{name: row[name] for name in ("model", *POOLED)} for row in document["models"]]
    return {**document["pooling"], "models": rows}


def pooled_json(figures: Document) -> bytes:
    """Write pooled figures down."""
    return (json.dumps(figures, indent=2) + "\n").encode()
