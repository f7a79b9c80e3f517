"""Facts about battles that were found later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Uuid,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.columns import UtcDateTime
from tiltyard.ledger.inserting import insert_new
from tiltyard.ledger.settled import is_settled
from tiltyard.ledger.tables import battles, erasures, labels

Versions = Mapping[str, str]
"""Labellers by name, each with its version."""


@dataclass(frozen=True, slots=True)
class FoundLabel:
    """A label with the labeller that found it."""

    battle: UUID
    labeller: str
    labeller_version: str
    value: Any
    score: float | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many battles a version of a labeller has labelled, and when the last time."""

    labeller: str
    version: str
    battles: int
    last_at: datetime


def lacking_labels(
    connection: Connection, wanted: Versions, *, after: UUID | None, limit: int
) -> list[UUID]:
    """Find settled battles that lack the label of at least one labeller, in the order of their ids.

    A battle that is not settled may go on; one whose words were erased says nothing.

    Parameters
    ----------
    wanted
        The labellers.
    after
        Only battles behind this one; all when None.
    """
    there = (
        select(func.count())
        .where(labels.c.battle == battles.c.id, _made_by(wanted))
        .correlate(battles)
        .scalar_subquery()
    )
    query = select(battles.c.id).where(*_to_label(), there < len(wanted))
    if after is not None:
        query = query.where(battles.c.id > after)
    return list(connection.scalars(query.order_by(battles.c.id).limit(limit)))


class Moment(NamedTuple):
    """A battle in the order of time."""

    opened_at: datetime
    battle: UUID


def lacking_in_time(
    connection: Connection, labeller: str, version: str, *, after: Moment | None, limit: int
) -> list[Moment]:
    """Find settled battles that lack a label, in the order in which they were opened.

    Parameters
    ----------
    after
        Only battles behind this one; all when None.
    """
    mine = exists().where(labels.c.battle == battles.c.id, _made_by({labeller: version}))
    query = select(battles.c.created_at, battles.c.id).where(*_to_label(), ~mine)
    if after is not None:
        order = tuple_(battles.c.created_at, battles.c.id)
        query = query.where(
            order > tuple_(literal(after.opened_at, UtcDateTime), literal(after.battle, Uuid))
        )
    rows = connection.execute(query.order_by(battles.c.created_at, battles.c.id).limit(limit))
    return [Moment(row.created_at, row.id) for row in rows]


def labels_there(
    connection: Connection, ids: Sequence[UUID], wanted: Versions
) -> Mapping[UUID, set[str]]:
    """Say which of the labellers have labelled which of the battles."""
    there: dict[UUID, set[str]] = {id_: set() for id_ in ids}
    query = select(labels.c.battle, labels.c.labeller).where(
        labels.c.battle.in_(ids), _made_by(wanted)
    )
    for row in connection.execute(query):
        there[row.battle].add(row.labeller)
    return there


def labels_of_version(
    connection: Connection, labeller: str, version_prefix: str, *, after: int, limit: int
) -> list[tuple[int, UUID, Mapping[str, Any]]]:
    """Read labels whose version begins so, with their numbers and battles, by their numbers.

    Parameters
    ----------
    after
        Only labels with higher numbers.
    """
    query = (
        select(labels.c.id, labels.c.battle, labels.c.value)
        .where(
            labels.c.labeller == labeller,
            labels.c.labeller_version.startswith(version_prefix, autoescape=True),
            labels.c.id > after,
        )
        .order_by(labels.c.id)
        .limit(limit)
    )
    return [(row.id, row.battle, row.value) for row in connection.execute(query)]


async def add_labels(
    connection: AsyncConnection, found: Sequence[FoundLabel], at: datetime
) -> None:
    """Record labels; one that another worker found first stays as it is."""
    await insert_new(
        connection,
        labels,
        [
            {
                "battle": label.battle,
                "labeller": label.labeller,
                "labeller_version": label.labeller_version,
                "value": label.value,
                "score": label.score,
                "labelled_at": at,
            }
            for label in found
        ],
    )


def count_to_label(connection: Connection) -> int:
    """Count the battles that can be labelled: settled, and their words not erased."""
    query = select(func.count()).select_from(battles).where(*_to_label())
    return int(connection.scalar(query) or 0)


def count_settled(connection: Connection) -> int:
    """Count all settled battles, also those whose words were erased: it never gets less."""
    query = select(func.count()).select_from(battles).where(is_settled())
    return int(connection.scalar(query) or 0)


def read_coverage(connection: Connection) -> list[Coverage]:
    """Count what every version of every labeller has labelled, of battles that still have words."""
    query = (
        select(
            labels.c.labeller,
            labels.c.labeller_version,
            func.count().label("battles"),
            func.max(labels.c.labelled_at).label("last_at"),
        )
        .where(labels.c.battle.not_in(select(erasures.c.battle)))
        .group_by(labels.c.labeller, labels.c.labeller_version)
        .order_by(labels.c.labeller, func.max(labels.c.labelled_at).desc())
    )
    return [
        Coverage(row.labeller, row.labeller_version, row.battles, row.last_at)
        for row in connection.execute(query)
    ]


def _made_by(wanted: Versions) -> ColumnElement[bool]:
    return or_(
        *(
            and_(labels.c.labeller == name, labels.c.labeller_version == version)
            for name, version in wanted.items()
        )
    )


def _to_label() -> tuple[ColumnElement[bool], ...]:
    return is_settled(), battles.c.id.not_in(select(erasures.c.battle))
