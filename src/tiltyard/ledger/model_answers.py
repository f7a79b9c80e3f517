"""What labelling models answered, by what they were asked: nothing is asked, or paid, twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.inserting import insert_new
from tiltyard.ledger.tables import model_answers


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """An answer with what it cost; what is not known is None.

    Attributes
    ----------
    key
        A digest of what was asked, and of whom.
    labeller_version
        The version of the labels that it makes.
    """

    key: str
    labeller_version: str
    contestant: str
    answer: Mapping[str, Any]
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class ModelCost:
    """What all answers for one version of labels cost; `unpriced` are those of no known cost."""

    version: str
    contestant: str
    answers: int
    unpriced: int
    input_tokens: int
    output_tokens: int
    cost_usd: float


def read_answers(connection: Connection, keys: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Read the answers there are, by their keys."""
    query = select(model_answers.c.key, model_answers.c.answer).where(model_answers.c.key.in_(keys))
    return {row.key: row.answer for row in connection.execute(query)}


async def keep_answer(connection: AsyncConnection, answer: ModelAnswer, at: datetime) -> None:
    """Keep an answer; one that came first stays as it is."""
    row = {name: getattr(answer, name) for name in ModelAnswer.__slots__}
    await insert_new(connection, model_answers, [{**row, "answered_at": at}])


def read_costs(connection: Connection) -> list[ModelCost]:
    """Add up what every version of model-made labels cost."""
    columns = model_answers.c
    query = select(
        columns.labeller_version,
        func.max(columns.contestant),
        func.count(),
        func.count() - func.count(columns.cost_usd),
        func.coalesce(func.sum(columns.input_tokens), 0),
        func.coalesce(func.sum(columns.output_tokens), 0),
        func.coalesce(func.sum(columns.cost_usd), 0.0),
    ).group_by(columns.labeller_version)
    return [
        ModelCost(row[0], row[1], row[2], row[3], int(row[4]), int(row[5]), float(row[6]))
        for row in connection.execute(query.order_by(columns.labeller_version))
    ]
