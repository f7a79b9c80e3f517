"""What users of boards ask next: swaps, and who does better than what it costs predicts."""

from asyncio import to_thread
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from tiltyard.boards.errors import RecipeError
from tiltyard.boards.published.boards import PublishedBoards
from tiltyard.boards.published.rated import read_rated
from tiltyard.boards.swapping import Prices, SliceSwap, swap
from tiltyard.boards.value import Value, value_of
from tiltyard.errors import TiltyardError
from tiltyard.ledger.engine import Ledger
from tiltyard.web.measures import UNITS, Measure, Measures, ModelMeasures


class NotYetError(TiltyardError):
    """A question that the votes so far cannot answer."""

    status: ClassVar[int] = 404
    title: ClassVar[str] = "Not yet"


@dataclass(frozen=True, slots=True)
class SwapAnswer:
    """One model in another's place, slice by slice, and what both cost.

    Parameters
    ----------
    names
        What people call the slices.
    few
        The slices with fewer votes than they should have.
    control
        What the boards hold constant: `style`, or nothing.
    unmade
        Of slices with votes but without such a board: why there is none.
    """

    arena: str
    old: str
    new: str
    slices: Sequence[SliceSwap]
    names: Mapping[str, str]
    old_prices: Prices
    new_prices: Prices
    few: Collection[str] = ()
    control: str = ""
    unmade: Mapping[str, str] = field(default_factory=dict)

    @property
    def times_the_price(self) -> float | None:
        """How many times as much the new one costs; None where it is not known."""
        return self.new_prices.times(self.old_prices)


@dataclass(frozen=True, slots=True)
class ValueAnswer:
    """A board beside a measure.

    Parameters
    ----------
    names
        What people see instead of ids.
    control
        What the board holds constant: `style`, or nothing.
    """

    arena: str
    slice: str
    by: Measure
    unit: str
    published_at: datetime
    names: Mapping[str, str]
    value: Value
    control: str = ""


class DeepDives:
    """Answers from the newest boards and their covariances."""

    def __init__(self, ledger: Ledger, boards: PublishedBoards) -> None:
        self._ledger = ledger
        self._boards = boards
        self._measures = Measures(ledger)

    async def swap(self, arena: str, old: str, new: str, control: str = "") -> SwapAnswer:
        """Say what happens if one model takes another's place, on every board of an arena.

        Raises
        ------
        NotYetError
            When the arena has no board with votes, or none that holds constant what `control` says.
        RecipeError
            When the two are one, or one of them has no vote there.
        """
        listed = {
            one["slice"]: one for one in await self._boards.summaries() if one["arena"] == arena
        }
        found = await read_rated(self._ledger, arena, list(listed), control)
        if not found:
            raise NotYetError(_no_board(arena, control))
        slices = await to_thread(swap, found, old, new)
        prices = {id_: one.prices for id_, one in (await self._measures.of_arena(arena)).items()}
        paid = (prices.get(old, Prices()), prices.get(new, Prices()))
        names = {id_: one["name"] for id_, one in listed.items()}
        few = {id_ for id_, one in listed.items() if not one["enough"]}
        unmade = {
            id_: one["unmade"][control]
            for id_, one in listed.items()
            if one["votes"] and control in one["unmade"]
        }
        return SwapAnswer(arena, old, new, slices, names, *paid, few, control, unmade)

    async def value(self, arena: str, slice_: str, by: Measure, control: str = "") -> ValueAnswer:
        """Compare the ratings on a board with what a measure predicts.

        Raises
        ------
        UnknownBoardError
            When there is no such board.
        NotYetError
            When it has no ratings, or too few rated models have the measure.
        """
        document = await self._boards.board(arena, slice_, control=control)
        found = await read_rated(self._ledger, arena, [slice_], control)
        if not found:
            raise NotYetError(f"This board has no ratings yet. {document['unmade'] or ''}".strip())
        measures = await self._measures.of_arena(arena)
        try:
            value = await to_thread(value_of, found[slice_], _known(measures, by))
        except RecipeError as error:
            raise NotYetError(
                f"This cannot be told by {by} yet: four rated models with different values of it "
                f"are needed ({UNITS[by]})."
            ) from error
        names = {row["model"]: row["name"] for row in document["models"]}
        at = datetime.fromisoformat(document["published_at"])
        return ValueAnswer(arena, slice_, by, UNITS[by], at, names, value, control)


def _no_board(arena: str, control: str) -> str:
    what = "rated board with style control" if control else "rated board"
    return f"The arena {arena[:40]} has no {what} yet."


def _known(measures: Mapping[str, ModelMeasures], by: Measure) -> dict[str, float]:
    values = ((id_, one.of(by)) for id_, one in measures.items())
    return {id_: value for id_, value in values if value is not None}
