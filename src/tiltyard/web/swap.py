"""One model in another's place, as pages and interface tell it: on every board, with the prices."""

from asyncio import to_thread
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tiltyard.boards.errors import NotYetError
from tiltyard.boards.published.boards import PublishedBoards
from tiltyard.boards.published.rated import read_rated
from tiltyard.boards.swapping import Prices, SliceSwap, swap
from tiltyard.ledger.engine import Ledger
from tiltyard.web.measures import Measures


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


class Swaps:
    """Answers from the newest boards and their covariances."""

    def __init__(self, ledger: Ledger, boards: PublishedBoards, measures: Measures) -> None:
        self._ledger = ledger
        self._boards = boards
        self._measures = measures

    async def answer(self, arena: str, old: str, new: str, control: str = "") -> SwapAnswer:
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


def _no_board(arena: str, control: str) -> str:
    what = "rated board with style control" if control else "rated board"
    return f"The arena {arena[:40]} has no {what} yet."
