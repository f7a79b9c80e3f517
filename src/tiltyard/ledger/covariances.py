"""The covariance of each board's newest snapshot. Derived, and replaced by every publication."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete

from tiltyard.ledger.tables import covariances


@dataclass(frozen=True, slots=True)
class KeptCovariance:
    """A covariance as the ledger keeps it.

    Attributes
    ----------
    published_at
        Of the snapshot it belongs to.
    models
        In the order of its rows.
    matrix
        Packed by whoever made it.
    """

    published_at: datetime
    models: Sequence[str]
    matrix: bytes


def put_covariance(
    connection: Connection, arena: str, slice_: str, control: str, kept: KeptCovariance
) -> None:
    """Put the newest covariance of a board in the place of the last one; synchronous."""
    connection.execute(delete(covariances).where(*_of_board(arena, slice_, control)))
    connection.execute(
        covariances.insert().values(
            arena=arena,
            slice=slice_,
            control=control,
            published_at=kept.published_at,
            models=list(kept.models),
            matrix=kept.matrix,
        )
    )


def read_covariance(
    connection: Connection, arena: str, slice_: str, control: str
) -> KeptCovariance | None:
    """Read the covariance of a board; None when it never had one. Synchronous."""
    query = covariances.select().where(*_of_board(arena, slice_, control))
    row = connection.execute(query).first()
    return None if row is None else KeptCovariance(row.published_at, row.models, row.matrix)


def _of_board(arena: str, slice_: str, control: str) -> tuple[ColumnElement[bool], ...]:
    table = covariances.c
    return table.arena == arena, table.slice == slice_, table.control == control
