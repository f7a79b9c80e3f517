"""Who was to be shown how often, and who was."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.inserting import insert_new
from tiltyard.ledger.sources import HERE
from tiltyard.ledger.tables import battles, declared_shares, sides


class Declared(NamedTuple):
    """Shares under which battles were drawn.

    `shares` says of each contestant how likely it took part in one of the `battles`.
    """

    policy: str
    shares: Mapping[str, float]
    battles: int


class Met(NamedTuple):
    """How many battles two contestants have had, whichever the sides."""

    one: str
    other: str
    battles: int


async def record_shares(
    connection: AsyncConnection,
    digest: str,
    arena: str,
    policy: str,
    shares: Mapping[str, float],
    at: datetime,
) -> None:
    """Record the shares that a draw is made under, unless they are known."""
    row = {
        "digest": digest,
        "arena": arena,
        "policy": policy,
        "shares": dict(shares),
        "recorded_at": at,
    }
    await insert_new(connection, declared_shares, [row])


def count_by_day(connection: Connection, arena: str) -> list[tuple[date, int]]:
    """Count the drawn battles of an arena with recorded shares, by their day in UTC.

    Synchronous, as the next: it belongs in a thread (`Ledger.in_thread`).
    """
    opened = battles.c.created_at
    sqlite = connection.dialect.name == "sqlite"
    day = func.date(opened if sqlite else func.timezone("UTC", opened))
    query = (
        select(day, func.count())
        .where(battles.c.arena == arena, battles.c.mode == "battle")
        .where(battles.c.declared.is_not(None))
        .group_by(day)
    )
    return [(date.fromisoformat(str(of)), count) for of, count in connection.execute(query)]


def read_declared(connection: Connection, arena: str, *, until: datetime) -> list[Declared]:
    """Read the shares under which battles were drawn before an instant, and how many were."""
    query = (
        select(declared_shares.c.policy, declared_shares.c.shares, func.count())
        .join(battles, battles.c.declared == declared_shares.c.digest)
        .where(battles.c.arena == arena, battles.c.mode == "battle")
        .where(battles.c.created_at < until)
        .group_by(declared_shares.c.digest)
    )
    return [Declared(*row) for row in connection.execute(query)]


def read_met(connection: Connection, arena: str, *, until: datetime) -> list[Met]:
    """Count the battles of an arena drawn before an instant, by contestants."""
    side_a, side_b = sides.alias("side_a"), sides.alias("side_b")
    pair = (side_a.c.contestant, side_b.c.contestant)
    query = (
        select(*pair, func.count())
        .select_from(battles)
        .join(side_a, (side_a.c.battle == battles.c.id) & (side_a.c.slot == "a"))
        .join(side_b, (side_b.c.battle == battles.c.id) & (side_b.c.slot == "b"))
        .where(battles.c.arena == arena, battles.c.mode == "battle")
        .where(battles.c.declared.is_not(None), battles.c.created_at < until)
        .group_by(*pair)
    )
    return [Met(*row) for row in connection.execute(query)]


def count_undeclared(connection: Connection, arena: str) -> int:
    """Count the drawn battles from before shares were recorded."""
    query = (
        select(func.count())
        .select_from(battles)
        .where(battles.c.arena == arena, battles.c.mode == "battle")
        .where(battles.c.declared.is_(None), battles.c.source == HERE)
    )
    return int(connection.scalar(query) or 0)
