"""The boards of one arena: which are not what they should be, and making those anew."""

from collections.abc import Callable, Iterator, Mapping

from tiltyard.boards.errors import ConditionError
from tiltyard.boards.living.counts import SliceCounts
from tiltyard.boards.living.making import Document, Made, Making, Rules
from tiltyard.boards.living.single_votes import SingleVotes
from tiltyard.boards.living.table import Growth, LivingTable
from tiltyard.boards.published.document import CONTROLS, BoardKey, Faces
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.slices.slice_file import Slice, Slices, slice_sha256
from tiltyard.errors import TiltyardError
from tiltyard.labels.labeller import LabelSource
from tiltyard.ledger.engine import SyncConnection
from tiltyard.ledger.snapshots import newest_numbers, read_numbered
from tiltyard.ledger.unmade_boards import put_unmade, read_unmade

Told = Callable[[int, int], None]
"""Called with how many boards were looked at, and of how many."""


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
        self._unmade: dict[tuple[str, str], str] = {}
        self._unmade_told: Mapping[tuple[str, str], str] = {}

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
        self._unmade_told = read_unmade(connection, self.arena)

    def keep(self, made: Made, number: int) -> None:
        """Know that a board was published under this number."""
        self._published[made.key] = number, made.document
        self._settled[made.key] = made.rules

    @property
    def published_numbers(self) -> dict[BoardKey, int]:
        """The numbers of the snapshots it knows."""
        return {key: number for key, (number, _) in self._published.items()}

    def make_stale(
        self, table: LivingTable, slices: Slices, faces: Faces, told: Told
    ) -> Iterator[Made]:
        """Make every board anew that is not what it should be.

        One that is not published then is made again at the next call.
        """
        votes = SingleVotes(table, self.arena, faces)
        making = Making(self._recipe, slices, votes, self._counts, self._sources)
        there = [one for one in slices.of_arena(self.arena) if one.id in self._counts]
        self._forget_unmade({one.id for one in there})
        listed = [(one, control) for one in there for control in CONTROLS]
        for number, (slice_, control) in enumerate(listed):
            told(number, len(listed))
            key = BoardKey(slice_.id, control)
            rules = self._rules(slices, slice_, faces)
            if self._settled.get(key) == rules:
                continue
            made = self._made(making, key, rules)
            if made is None:
                self._settled[key] = rules
            else:
                yield made

    @property
    def says_otherwise(self) -> bool:
        """Whether the ledger does not say which boards cannot be made, and why, as it is now."""
        return self._unmade_told != self._unmade

    def tell_unmade(self, connection: SyncConnection) -> None:
        """Say in the ledger which boards cannot be made, and why."""
        put_unmade(connection, self.arena, self._unmade)

    def _rules(self, slices: Slices, slice_: Slice, faces: Faces) -> Rules:
        return slice_sha256(slice_, slices.conditions_of(slice_.id)), faces

    def _forget_unmade(self, there: set[str]) -> None:
        """Know nothing of slices that are gone, and of those that votes cannot answer only that."""
        self._unmade = {key: why for key, why in self._unmade.items() if key[0] in there}
        self._unmade |= {
            (id_, control): f"The condition of this slice {error.fault}."
            for id_, error in self.faults.items()
            for control in CONTROLS
        }

    def _made(self, making: Making, key: BoardKey, rules: Rules) -> Made | None:
        """Make a board; None where it is what it should be, or cannot be: then it is known why."""
        number, before = self._published.get(key, (None, None))
        self._unmade.pop(key, None)
        try:
            found = making.make(key, before)
        except TiltyardError as error:  # too few votes for this recipe
            self._unmade[key] = str(error)
            return None
        return None if found is None else Made(key, *found, number, rules)
