"""What was published, and what must not be published again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, insert, select, update

from tiltyard.ledger.bulk import insert_frames
from tiltyard.ledger.inserting import inserting_new
from tiltyard.ledger.sources import HERE
from tiltyard.ledger.tables import (
    battles,
    erasures,
    prepared_releases,
    released_battles,
    releases,
    take_downs,
)


@dataclass(frozen=True, slots=True)
class Published:
    """A release that was published."""

    name: str
    arena: str
    manifest: Mapping[str, Any]
    places: Sequence[str]
    at: datetime


def add_release(connection: Connection, release: Published, ids: Iterable[str]) -> None:
    """Record a release and its battles, by their ids as text."""
    connection.execute(
        insert(releases).values(
            name=release.name,
            arena=release.arena,
            manifest=dict(release.manifest),
            places=list(release.places),
            published_at=release.at,
        )
    )
    battle = [UUID(id_).hex for id_ in ids]
    frame = pl.DataFrame({"release": [release.name] * len(battle), "battle": battle})
    insert_frames(connection, {"released_battles": frame})


@dataclass(frozen=True, slots=True)
class Prepared:
    """A release that was prepared: its manifest's digest, and the key of its battles' ids.

    The ids that a maker gets have such a key too, under a digest of the model's name.
    """

    manifest_sha256: str
    key: bytes
    at: datetime


def add_prepared(connection: Connection, prepared: Prepared) -> None:
    """Remember a release that was prepared."""
    row = {
        "manifest_sha256": prepared.manifest_sha256,
        "key": prepared.key,
        "prepared_at": prepared.at,
    }
    connection.execute(inserting_new(connection.dialect.name, prepared_releases), [row])


def read_prepared(connection: Connection) -> list[Prepared]:
    """Read what was ever prepared, the newest first."""
    query = prepared_releases.select().order_by(prepared_releases.c.prepared_at.desc())
    return [Prepared(*row) for row in connection.execute(query)]


def all_battles(connection: Connection) -> list[str]:
    """Read the ids of all battles that were held here, as text."""
    query = select(battles.c.id).where(battles.c.source == HERE)
    return [str(battle) for battle in connection.scalars(query)]


def add_place(connection: Connection, name: str, places: Sequence[str]) -> None:
    """Record where a release is published besides."""
    query = update(releases).where(releases.c.name == name).values(places=list(places))
    connection.execute(query)


def read_releases(connection: Connection, arena: str | None = None) -> list[Published]:
    """Read the releases of an arena or of all, the oldest first."""
    query = releases.select().order_by(releases.c.published_at, releases.c.name)
    if arena is not None:
        query = query.where(releases.c.arena == arena)
    return [
        Published(row.name, row.arena, row.manifest, row.places, row.published_at)
        for row in connection.execute(query)
    ]


def battles_of_release(connection: Connection, name: str) -> set[str]:
    """Read the ids of a release's battles, as text."""
    query = select(released_battles.c.battle).where(released_battles.c.release == name)
    return {str(battle) for battle in connection.scalars(query)}


def releases_of_battle(connection: Connection, battle: UUID) -> list[str]:
    """Name the releases that a battle is in."""
    query = (
        select(released_battles.c.release)
        .where(released_battles.c.battle == battle)
        .order_by(released_battles.c.release)
    )
    return list(connection.scalars(query))


def is_battle(connection: Connection, battle: UUID) -> bool:
    """Say whether there is such a battle."""
    return connection.scalar(select(battles.c.id).where(battles.c.id == battle)) is not None


def take_down(connection: Connection, battle: UUID, reason: str, at: datetime) -> None:
    """Keep a battle out of every later release."""
    row = {"battle": battle, "reason": reason, "taken_down_at": at}
    connection.execute(inserting_new(connection.dialect.name, take_downs), [row])


def taken_down(connection: Connection) -> set[str]:
    """Read the ids of the battles that were taken down, as text."""
    return {str(battle) for battle in connection.scalars(select(take_downs.c.battle))}


def forgotten(connection: Connection) -> set[str]:
    """Read the ids of the battles whose words were erased, as text."""
    return {str(battle) for battle in connection.scalars(select(erasures.c.battle))}


def battles_of_voters(connection: Connection, voters: Collection[str]) -> set[str]:
    """Read the ids of all battles of these voters, as text."""
    query = select(battles.c.id).where(battles.c.voter.in_(voters))
    return {str(battle) for battle in connection.scalars(query)}
