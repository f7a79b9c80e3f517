"""Vectors of what was asked: each different prompt is sent once, and forgotten with its battle."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.inserting import insert_new
from tiltyard.ledger.tables import battles, erasures, prompt_vectors, vector_requests


@dataclass(frozen=True, slots=True)
class PromptVector:
    """A vector, under a digest of what was sent and of whom; the battle is one that asked it."""

    key: str
    first_battle: UUID
    vector: bytes


@dataclass(frozen=True, slots=True)
class VectorRequest:
    """What one request for vectors was; what is not known is None."""

    model: str
    model_version: str
    texts: int
    tokens: int | None
    cost_usd: float | None
    endpoint_version: str | None


@dataclass(frozen=True, slots=True)
class VectorCost:
    """What all vectors of one model cost; `unpriced` are the requests of no known cost."""

    model: str
    version: str
    texts: int
    requests: int
    unpriced: int
    tokens: int
    cost_usd: float


def read_vectors(connection: Connection, keys: Collection[str]) -> dict[str, bytes]:
    """Read the vectors there are, by their keys."""
    query = select(prompt_vectors.c.key, prompt_vectors.c.vector).where(
        prompt_vectors.c.key.in_(keys)
    )
    return {row.key: row.vector for row in connection.execute(query)}


async def keep_vectors(
    connection: AsyncConnection, found: Sequence[PromptVector], asked: VectorRequest, at: datetime
) -> None:
    """Keep what a request brought, but for vectors of words that were erased meanwhile.

    The battles are locked, so that nobody erases their words until the transaction ends.
    """
    await connection.execute(vector_requests.insert().values(**asdict(asked), asked_at=at))
    ids = sorted({one.first_battle for one in found})
    await connection.execute(
        select(battles.c.id).where(battles.c.id.in_(ids)).order_by(battles.c.id).with_for_update()
    )
    gone = set(
        await connection.scalars(select(erasures.c.battle).where(erasures.c.battle.in_(ids)))
    )
    rows = [asdict(one) for one in found if one.first_battle not in gone]
    if rows:
        await insert_new(connection, prompt_vectors, rows)


def read_vector_costs(connection: Connection) -> list[VectorCost]:
    """Add up what the vectors of every embedding model cost."""
    columns = vector_requests.c
    query = (
        select(
            columns.model,
            columns.model_version,
            func.sum(columns.texts),
            func.count(),
            func.count() - func.count(columns.cost_usd),
            func.coalesce(func.sum(columns.tokens), 0),
            func.coalesce(func.sum(columns.cost_usd), 0.0),
        )
        .group_by(columns.model, columns.model_version)
        .order_by(columns.model, columns.model_version)
    )
    return [
        VectorCost(row[0], row[1], int(row[2]), row[3], row[4], int(row[5]), float(row[6]))
        for row in connection.execute(query)
    ]
