"""The boards of one arena: which are not what they should be, and making those anew."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tiltyard import __version__
from tiltyard.boards.board import Board
from tiltyard.boards.controls import Control
from tiltyard.boards.counted import Counted
from tiltyard.boards.counting import CountedVotes, count_votes
from tiltyard.boards.document import CONTROLS, STYLE, BoardKey, Faces, Origin, board_document
from tiltyard.boards.errors import ConditionError
from tiltyard.boards.living.counts import SliceCounts
from tiltyard.boards.living.single_votes import STYLE_LABELS, SingleVotes
from tiltyard.boards.living.table import Growth, LivingTable
from tiltyard.boards.pooling import Pooled, pool
from tiltyard.boards.ranking import rank_counted
from tiltyard.boards.recipe import Recipe
from tiltyard.boards.slice_file import Slice, Slices, slice_sha256
from tiltyard.boards.start import Start
from tiltyard.errors import TiltyardError
from tiltyard.labels.labeller import LabelSource
from tiltyard.labels.labellers import columns_of
from tiltyard.ledger.engine import SyncConnection
from tiltyard.ledger.snapshots import newest_numbers, read_numbered

Document = Mapping[str, Any]
Rules = tuple[object, ...]
Told = Callable[[int, int], None]
"""Called with how many boards were looked at, and of how many."""


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


class ArenaBoards:
    """Keeps what is counted for an arena's boards, and what of them is published.

    Parameters
    ----------
    arena
        Its id.
    recipe
        What all boards of the installation have in common.
    sources
        Whose labels are columns.
    """

    def __init__(self, arena: str, recipe: Recipe, sources: tuple[LabelSource, ...]) -> None:
        self.arena = arena
        self._recipe = recipe
        self._sources = sources
        self._counts = SliceCounts(arena)
        self._published: dict[BoardKey, tuple[int, Document]] = {}
        self._settled: dict[BoardKey, Rules] = {}

    def count(self, table: LivingTable, growth: Growth, slices: Slices) -> None:
        """Bring the counts up to date; boards of which any vote changed are to be looked at."""
        for id_ in self._counts.update(table, growth, slices):
            for control in CONTROLS:
                self._settled.pop(BoardKey(id_, control), None)

    def count_anew(self) -> None:
        """Count all votes at the next look: this one failed, and the table may have grown."""
        self._counts.forget()

    @property
    def faults(self) -> Mapping[str, ConditionError]:
        """Say which slices the votes there are cannot answer; their boards stay as they are."""
        return self._counts.faults

    def read_published(self, connection: SyncConnection, slices: Slices) -> None:
        """Read the newest snapshots that others may have published."""
        listed = slices.of_arena(self.arena)
        keys = [BoardKey(one.id, control) for one in listed for control in CONTROLS]
        numbers = newest_numbers(connection, self.arena, keys)
        for key in keys:
            number, known = numbers.get(key), self._published.get(key)
            if number is not None and (known is None or known[0] != number):
                self._published[key] = number, read_numbered(connection, number).board
                self._settled.pop(key, None)

    def keep(self, made: Made, number: int) -> None:
        """Know that a board was published under this number."""
        self._published[made.key] = number, made.document
        self._settled[made.key] = made.rules

    def make_stale(
        self, table: LivingTable, slices: Slices, faces: Faces, told: Told
    ) -> Iterator[Made]:
        """Make every board anew that is not what it should be.

        One that is not published then is made again at the next call.
        """
        votes = SingleVotes(table, self.arena, faces)
        there = (one for one in slices.of_arena(self.arena) if one.id in self._counts)
        listed = [(one, control) for one in there for control in CONTROLS]
        for number, (slice_, control) in enumerate(listed):
            told(number, len(listed))
            key = BoardKey(slice_.id, control)
            rules = self._rules(slices, slice_, faces)
            if self._settled.get(key) == rules:
                continue
            made = self._made(key, slices, slice_, votes)
            if made is None:
                self._settled[key] = rules
            else:
                yield made

    def _rules(self, slices: Slices, slice_: Slice, faces: Faces) -> Rules:
        return slice_sha256(slice_, slices.conditions_of(slice_.id)), faces

    def _made(
        self, key: BoardKey, slices: Slices, slice_: Slice, votes: SingleVotes
    ) -> Made | None:
        """Make a board; None where it is what it should be, or cannot be."""
        origin = self._origin(slices, slice_, key.control, votes)
        if not origin.sources:
            return None
        number, before = self._published.get(key, (None, None))
        try:
            counted, origin, recipe = self._counted(key, origin, votes)
            if counted is None:
                return None
            if before is not None and _is_current(before, counted, recipe, origin, votes.faces):
                return None
            board = _ranked(counted, recipe, before)
        except TiltyardError:  # too few votes for this recipe, said by the board's absence
            return None
        pooled = None if key.control else self._pooled(slice_, recipe, votes.faces)
        document = board_document(board, origin, key.control, votes.faces, pooled)
        return Made(key, board, document, number, self._rules(slices, slice_, votes.faces))

    def _pooled(self, slice_: Slice, recipe: Recipe, faces: Faces) -> Pooled | None:
        """Pool a slice's votes with its parent's ratings of now, where counts are enough."""
        within = slice_.parent
        if within is None or within not in self._counts or not self._recipe.needs_only_votes:
            return None
        of_slice, of_parent = (
            self._counts.pairs(id_, faces.public_ids) for id_ in (slice_.id, within)
        )
        return pool(of_slice, of_parent, recipe)

    def _counted(
        self, key: BoardKey, origin: Origin, votes: SingleVotes
    ) -> tuple[CountedVotes | None, Origin, Recipe]:
        recipe = replace(self._recipe, where=tuple(origin.where))
        if key.control == STYLE:
            recipe = replace(recipe, controls=(*recipe.controls, Control.parse(STYLE)))
        elif self._recipe.needs_only_votes:
            pairs = self._counts.pairs(key.slice, votes.faces.public_ids)
            return CountedVotes(Counted(pairs), (), ()), origin, recipe
        found = votes.of(tuple(origin.where), styled=key.control == STYLE)
        if found is None:
            return None, origin, recipe
        battles, sources = found
        return (
            count_votes(battles, replace(recipe, where=())),
            replace(origin, sources=sources),
            recipe,
        )

    def _origin(self, slices: Slices, slice_: Slice, control: str, votes: SingleVotes) -> Origin:
        columns = slices.columns_of(slice_.id) | (STYLE_LABELS if control else frozenset())
        return Origin(
            arena=self.arena,
            slice=slice_,
            where=slices.conditions_of(slice_.id),
            sources=self._counts.sources(slice_.id),
            last_vote=votes.last_vote,
            slices_sha256=slices.sha256,
            labellers={
                one.name: votes.label_versions[one.name]
                for one in self._sources
                if columns & columns_of(one).keys()
            },
        )


def _ranked(counted: CountedVotes, recipe: Recipe, before: Document | None) -> Board:
    return rank_counted(
        counted.counted,
        recipe,
        filters=counted.filters,
        diagnostics=counted.diagnostics,
        start=None if before is None else Start.from_board(before),
    )


def _is_current(
    before: Document, counted: CountedVotes, recipe: Recipe, origin: Origin, faces: Faces
) -> bool:
    """Say whether a published board is what would be made now."""
    manifest = before.get("manifest") or {}
    rows = [{key: row[key] for key in row if key != "name"} for row in before["models"]]
    return (
        before["version"] == __version__
        and before["recipe"] == recipe.to_dict()
        and before["sources"] == dict(sorted(origin.sources.items()))
        and manifest.get("slice_sha256") == slice_sha256(origin.slice, origin.where)
        and before["data_sha256"] == counted.counted.sha256
        and faces.name(rows) == before["models"]
    )
