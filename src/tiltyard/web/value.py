"""A board beside what its models cost, as pages and interface tell it."""

from asyncio import to_thread
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tiltyard.boards.errors import NotYetError, RecipeError
from tiltyard.boards.published.boards import PublishedBoards
from tiltyard.boards.published.rated import read_rated
from tiltyard.boards.value import Value, value_of
from tiltyard.ledger.engine import Ledger
from tiltyard.web.measures import MEASURES, UNITS, Measure, Measures, ModelMeasures

LEAST_MODELS = 4
"""Rated ones with the measure, of which at least two have different values."""


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


class Values:
    """Answers from the newest boards and their covariances."""

    def __init__(self, ledger: Ledger, boards: PublishedBoards, measures: Measures) -> None:
        self._ledger = ledger
        self._boards = boards
        self._measures = measures

    async def told_by(self, arena: str, slice_: str, control: str = "") -> Sequence[Measure]:
        """Say by which measures the rated models of a board can be compared.

        Raises
        ------
        UnknownBoardError
            When there is no such board.
        """
        document = await self._boards.board(arena, slice_, control=control)
        rated = {row["model"] for row in document["models"] if row["rating"] is not None}
        measures = await self._measures.of_arena(arena)
        there = {id_: one for id_, one in measures.items() if id_ in rated}
        return [by for by in MEASURES if _tells(_known(there, by))]

    async def answer(self, arena: str, slice_: str, by: Measure, control: str = "") -> ValueAnswer:
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
                f"Models cannot be compared by {by} yet: four rated models with different "
                f"values of it are needed ({UNITS[by]})."
            ) from error
        names = {row["model"]: row["name"] for row in document["models"]}
        at = datetime.fromisoformat(document["published_at"])
        return ValueAnswer(arena, slice_, by, UNITS[by], at, names, value, control)


def _tells(known: Mapping[str, float]) -> bool:
    """Say whether a line can be laid over a measure, and something measured from it."""
    usable = [value for value in known.values() if value > 0]
    return len(usable) >= LEAST_MODELS and len(set(usable)) > 1


def _known(measures: Mapping[str, ModelMeasures], by: Measure) -> dict[str, float]:
    values = ((id_, one.of(by)) for id_, one in measures.items())
    return {id_: value for id_, value in values if value is not None}
