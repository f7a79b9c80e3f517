"""Migrations on a ledger that is in use: every fact survives, and nobody waits long."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from opened import ASK, hosted, open_ledger, opened
from polling import until
from tiltyard.arena.service import Arena
from tiltyard.arena.voting import Ballot
from tiltyard.battles.outcome import Outcome
from tiltyard.boards.published.publishing import BoardPublisher
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.ledger.contestant_changes import read_changes
from tiltyard.ledger.engine import Ledger, LedgerError
from tiltyard.ledger.migrate import downgrade, revisions, upgrade, upgrade_ledger
from tiltyard.ledger.tables import metadata
from tiltyard.worker.service import Worker

pytestmark = pytest.mark.anyio

Columns = Mapping[str, Sequence[str]]
COLUMNS = {table.name: table.columns.keys() for table in metadata.sorted_tables}
Facts = Mapping[str, Sequence[Mapping[str, Any]]]


async def voted(arena: Arena, voter: str) -> UUID:
    """A battle to its end."""
    battle = await arena.open_battle(voter, ASK)
    async for _ in await arena.events(voter, battle.id, after=0):
        pass
    await hosted(arena).vote(voter, battle.id, Ballot(Outcome.A, (), "why"), key="k")
    return battle.id


@pytest.fixture(scope="module")
async def facts(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """What a ledger holds after a little of everything."""
    async with open_ledger(f"sqlite:///{tmp_path_factory.mktemp('facts') / 'facts'}") as ledger:
        async with opened(ledger) as arena:
            battle = [await voted(arena, voter) for voter in ("ann", "bob")][1]
            await arena.forget("bob", battle)
        await Worker(ledger, BoardPublisher(ledger, ["text"], Recipe()), every_s=1).once()
        async with ledger.reading() as connection:
            return await connection.run_sync(read_facts, COLUMNS)


def read_facts(connection: Connection, columns: Columns) -> Facts:
    """Read these columns of these tables."""
    facts = {}
    for name, wanted in columns.items():
        query = select(*(metadata.tables[name].c[column] for column in wanted))
        rows = [dict(row._mapping) for row in connection.execute(query)]
        facts[name] = sorted(rows, key=repr)
    return facts


def columns_there(connection: Connection) -> Columns:
    """The columns of the tables there are now."""
    look = inspect(connection)
    return {
        table.name: [column["name"] for column in look.get_columns(table.name)]
        for table in metadata.sorted_tables
        if look.has_table(table.name)
    }


def populate(connection: Connection, facts: Facts, there: Columns) -> None:
    """Put in what the tables of now have room for."""
    for name, columns in there.items():
        rows = [{column: row[column] for column in columns} for row in facts[name]]
        if rows:
            connection.execute(metadata.tables[name].insert().inline(), rows)  # returns nothing


async def test_there_is_something_of_everything_that_people_make(facts: Facts) -> None:
    made = {name for name, rows in facts.items() if rows}
    assert {"battles", "turns", "attempts", "votes", "idempotency_keys"} <= made
    assert {"erasures", "labels", "snapshots", "reveals"} <= made


@pytest.mark.parametrize("revision", revisions())
async def test_facts_of_every_revision_survive_the_way_up_and_down(
    empty_ledger_url: str, facts: Facts, revision: str
) -> None:
    async with Ledger(empty_ledger_url) as ledger:
        async with ledger.writing() as connection:
            await connection.run_sync(upgrade, revision)
            there = await connection.run_sync(columns_there)
            await connection.run_sync(populate, facts, there)
            before = await connection.run_sync(read_facts, there)
        assert {name: len(rows) for name, rows in before.items()} == {
            name: len(facts[name]) for name in there
        }
        for _ in ("first", "again"):
            await upgrade_ledger(ledger)
            async with ledger.writing() as connection:
                assert await connection.run_sync(read_facts, there) == before
                await connection.run_sync(downgrade, revision)
                assert await connection.run_sync(columns_there) == there
                assert await connection.run_sync(read_facts, there) == before


async def test_contestants_of_old_were_public_from_when_they_were_recorded(
    empty_ledger_url: str, facts: Facts
) -> None:
    async with Ledger(empty_ledger_url) as ledger:
        async with ledger.writing() as connection:
            await connection.run_sync(upgrade, "0007")
            await connection.run_sync(populate, facts, await connection.run_sync(columns_there))
        await upgrade_ledger(ledger)
        async with ledger.reading() as connection:
            changes = await read_changes(connection)
    at = {row["contestant"]: row["recorded_at"] for row in facts["contestant_versions"]}
    assert {one.contestant: one.at for one in changes} == at
    assert {(one.status, one.reason) for one in changes} == {
        ("public", "Declared before changes were recorded.")
    }


async def test_servers_that_start_together_migrate_once(empty_ledger_url: str) -> None:
    ledgers = [Ledger(empty_ledger_url) for _ in range(4)]
    await asyncio.gather(*(upgrade_ledger(ledger) for ledger in ledgers))
    async with ledgers[0].reading() as connection:
        versions = await connection.scalars(text("SELECT version_num FROM alembic_version"))
        assert list(versions) == [revisions()[-1]]
    for ledger in ledgers:
        await ledger.close()


async def test_a_newer_ledger_is_refused_with_a_sentence(empty_ledger_url: str) -> None:
    async with open_ledger(empty_ledger_url) as ledger:
        async with ledger.writing() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(LedgerError, match=r"newer Tiltyard than this one .*9999.*use that"):
            await upgrade_ledger(ledger)


async def test_a_migration_lets_others_pass_and_comes_back(empty_postgres_url: str) -> None:
    async with Ledger(empty_postgres_url) as ledger, Ledger(empty_postgres_url) as busy:
        async with ledger.writing() as connection:
            await connection.run_sync(upgrade, "0001")
        async with busy.writing() as connection:
            await connection.execute(text("SELECT count(*) FROM attempts"))
            with pytest.raises(LedgerError, match="are in use"):
                await upgrade_ledger(ledger, patience_s=0)
            migrating = asyncio.create_task(upgrade_ledger(ledger))
            await until(partial(waits_for_a_table, connection))
        await migrating
        async with ledger.reading() as connection:
            assert "server" in (await connection.run_sync(columns_there))["attempts"]


async def waits_for_a_table(connection: AsyncConnection) -> bool:
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'"
    return bool(await connection.scalar(text(query)))
