"""Making boards at one look at the votes: what several boards need is made once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from tiltyard import __version__
from tiltyard.boards.board import Board
from tiltyard.boards.fitting.counted import Counted
from tiltyard.boards.fitting.counting import NO_VALUE, CountedVotes, count_votes
from tiltyard.boards.fitting.fitting import Fitted
from tiltyard.boards.fitting.pooling import Parent, Pooled, pool
from tiltyard.boards.fitting.start import Start
from tiltyard.boards.living.counts import SliceCounts
from tiltyard.boards.living.single_votes import STYLE_LABELS, SingleVotes
from tiltyard.boards.published.document import (
    STYLE,
    BoardKey,
    Faces,
    Origin,
    board_document,
    recipe_of,
)
from tiltyard.boards.ranking import board_of, fit_counted
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.slices.slice_file import Slices, slice_sha256
from tiltyard.errors import TiltyardError
from tiltyard.labels.labeller import LabelSource
from tiltyard.labels.labellers import columns_of
from tiltyard.ratings.estimable import NotEstimableError

Document = Mapping[str, Any]
Rules = tuple[object, ...]


class UnmadeError(TiltyardError):
    """A board cannot be made of the votes there are."""

    status: ClassVar[int] = 409
    title: ClassVar[str] = "This board cannot be made"


@dataclass(frozen=True, slots=True)
class Made:
    """A board that was made.

    Parameters
    ----------
    after
        The number of the snapshot it is to follow; None for the first.
    rules
        What it was made by, beside the votes.
    """

    key: BoardKey
    board: Board
    document: Document
    after: int | None
    rules: Rules


@dataclass(frozen=True, slots=True)
class _Source:
    """What a board is to be made of."""

    votes: CountedVotes
    origin: Origin
    recipe: Recipe


class Making:
    """Makes boards of an arena of the votes at one look.

    Parameters
    ----------
    recipe
        What all boards have in common.
    slices
        Those there are.
    votes, counts
        The arena's votes one by one, and counted by slice.
    sources
        Whose labels are columns.
    """

    def __init__(
        self,
        recipe: Recipe,
        slices: Slices,
        votes: SingleVotes,
        counts: SliceCounts,
        sources: tuple[LabelSource, ...],
    ) -> None:
        self._recipe = recipe
        self._slices = slices
        self._votes = votes
        self._counts = counts
        self._sources = sources
        self._parents: dict[BoardKey, Parent | None] = {}
        self._with_parts = {one.parent for one in slices}

    def make(self, key: BoardKey, before: Document | None) -> tuple[Board, Document] | None:
        """Make a board and its document; None where it is as it was before, or never had votes.

        Raises
        ------
        TiltyardError
            Where it cannot be made, with a sentence that says why.
        """
        source = self._source(key)
        if source is None:
            return None if before is None else self._emptied(key, before)
        if before is not None and _is_current(before, source, self._votes.faces):
            return None
        fitted = self._fitted(key, source, None if before is None else Start.from_board(before))
        counted = source.votes
        board = board_of(
            counted.counted,
            fitted,
            source.recipe,
            filters=counted.filters,
            diagnostics=counted.diagnostics,
        )
        pooled = self._pooled(key, source)
        document = board_document(board, source.origin, key.control, self._votes.faces, pooled)
        return board, document

    def _emptied(self, key: BoardKey, before: Document) -> tuple[Board, Document] | None:
        """Make the board of a slice that had votes and has none; None where that is published."""
        origin, faces = self._origin(key), self._votes.faces
        counted = Counted(self._counts.pairs(key.slice, faces.public_ids))
        source = _Source(
            CountedVotes(counted, (), ()),
            origin,
            recipe_of(self._recipe, origin.where, key.control),
        )
        if _is_current(before, source, faces):
            return None
        board = Board((), None, (), (), source.recipe, counted.sha256, __version__)
        return board, board_document(board, origin, key.control, faces)

    def _fitted(self, key: BoardKey, source: _Source, start: Start | None = None) -> Fitted:
        counted, recipe = source.votes.counted, source.recipe
        try:
            fitted = fit_counted(counted, recipe, start)
        except TiltyardError as error:
            votes = sum(source.origin.sources.values())
            raise UnmadeError(_untellable(votes, key.control, error)) from error
        if key.slice in self._with_parts:
            self._parents[key] = Parent.of(counted, fitted, recipe)
        return fitted

    def _pooled(self, key: BoardKey, source: _Source) -> Pooled | None:
        """Pool a slice's votes with the fit of its parent, where there is one."""
        within = self._slices.listed[key.slice].parent
        if within is None or within not in self._counts:
            return None
        parent = self._parent(BoardKey(within, key.control))
        return None if parent is None else pool(source.votes.counted, parent, source.recipe)

    def _parent(self, key: BoardKey) -> Parent | None:
        """Find the fit of a slice's votes of now, whether or not its board is made anew."""
        if key not in self._parents:
            self._parents[key] = None
            try:
                source = self._source(key)
                if source is not None:
                    self._fitted(key, source)
            except TiltyardError:  # said where its own board is made
                pass
        return self._parents[key]

    def _source(self, key: BoardKey) -> _Source | None:
        """Find the votes of a board; None where there are none."""
        origin = self._origin(key)
        recipe = recipe_of(self._recipe, origin.where, key.control)
        styled = key.control == STYLE
        if not origin.sources:
            return None
        if not styled and self._recipe.needs_only_votes:
            pairs = self._counts.pairs(key.slice, self._votes.faces.public_ids)
            return _Source(CountedVotes(Counted(pairs), (), ()), origin, recipe)
        found = self._votes.of(tuple(origin.where), styled=styled)
        if found is None:
            raise UnmadeError(_uncounted(sum(origin.sources.values())))
        battles, sources = found
        counted = count_votes(battles, replace(recipe, where=()))
        return _Source(counted, replace(origin, sources=sources), recipe)

    def _origin(self, key: BoardKey) -> Origin:
        slices = self._slices
        columns = slices.columns_of(key.slice) | (STYLE_LABELS if key.control else frozenset())
        return Origin(
            arena=self._votes.arena,
            slice=slices.listed[key.slice],
            where=slices.conditions_of(key.slice),
            sources=self._counts.sources(key.slice),
            last_vote=self._votes.last_vote,
            slices_sha256=slices.sha256,
            labellers={
                one.name: self._votes.label_versions[one.name]
                for one in self._sources
                if columns & columns_of(one).keys()
            },
        )


def _uncounted(votes: int) -> str:
    if votes == 1:
        return "The style of both answers is not counted yet for its one vote."
    return f"The style of both answers is not counted yet for any of its {votes:,} votes."


def _untellable(votes: int, control: str, error: TiltyardError) -> str:
    many = "one vote does" if votes == 1 else f"{votes:,} votes do"
    what = "style and models apart" if control else "how strong each model is"
    if isinstance(error, NotEstimableError):
        return f"Its {many} not yet tell {what}. Something decides every vote that has it."
    why = str(error).partition(":")[0]  # what follows is advice to who writes a recipe
    return f"Its {many} not yet tell {what}. {why.removesuffix('.')}."


def _is_current(before: Document, source: _Source, faces: Faces) -> bool:
    """Say whether a published board is what would be made now."""
    manifest, origin = before.get("manifest") or {}, source.origin
    said = {one["message"] for one in before["diagnostics"] if one["kind"] == NO_VALUE}
    rows = [{key: row[key] for key in row if key != "name"} for row in before["models"]]
    return (
        before["version"] == __version__
        and before["recipe"] == source.recipe.to_dict()
        and before["sources"] == dict(sorted(origin.sources.items()))
        and manifest.get("slice_sha256") == slice_sha256(origin.slice, origin.where)
        and before["data_sha256"] == source.votes.counted.sha256
        and said == {one.message for one in source.votes.diagnostics if one.kind == NO_VALUE}
        and faces.name(rows) == before["models"]
    )
