from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from tiltyard.arena.definition import built_in_definition
from tiltyard.arena.examples import example_battles
from tiltyard.contestants.demo import demo_catalogue
from tiltyard.ledger.engine import Ledger, LedgerError
from tiltyard.ledger.history import add_history
from tiltyard.ledger.migrate import downgrade, upgrade_ledger
from tiltyard.ledger.reading import read_battles
from tiltyard.ledger.register import record_contestant, record_definition
from tiltyard.ledger.tables import metadata

pytestmark = pytest.mark.anyio

TEXT = built_in_definition("text")


def table_names(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


async def test_migrations_make_the_tables_the_code_describes(empty_ledger_url: str) -> None:
    async with Ledger(empty_ledger_url) as ledger:
        await upgrade_ledger(ledger)
        async with ledger.reading() as connection:
            assert await connection.run_sync(differences) == []


async def test_upgrading_twice_changes_nothing(empty_ledger_url: str) -> None:
    async with Ledger(empty_ledger_url) as ledger:
        await upgrade_ledger(ledger)
        await upgrade_ledger(ledger)
        async with ledger.reading() as connection:
            assert set(metadata.tables) < await connection.run_sync(table_names)


async def test_every_migration_can_be_undone(empty_ledger_url: str) -> None:
    async with Ledger(empty_ledger_url) as ledger:
        await upgrade_ledger(ledger)
        async with ledger.writing() as connection:
            await connection.run_sync(downgrade, "base")
        async with ledger.reading() as connection:
            assert await connection.run_sync(table_names) == {"alembic_version"}
        await upgrade_ledger(ledger)


async def test_votes_of_old_are_known_to_have_revealed(empty_ledger_url: str) -> None:
    async with Ledger(empty_ledger_url) as ledger:
        await upgrade_ledger(ledger)
        past = list(example_battles(TEXT, demo_catalogue().drawable, before=datetime.now(UTC)))[:3]
        async with ledger.writing() as connection:
            await record_definition(connection, "text", TEXT.sha256, {}, past[0].created_at)
            for card in demo_catalogue():
                await record_contestant(connection, card.id, card.version, {}, past[0].created_at)
            await add_history(connection, past)
            await connection.run_sync(downgrade, "0002")
        await upgrade_ledger(ledger)
        async with ledger.reading() as connection:
            read = await read_battles(connection, [battle.id for battle in past])
        assert [battle.revealed for battle in read] == [battle.revealed for battle in past]


async def test_somebody_elses_database_is_left_alone(empty_ledger_url: str) -> None:
    async with Ledger(empty_ledger_url) as ledger:
        async with ledger.writing() as connection:
            await connection.execute(text("CREATE TABLE invoices (id INTEGER)"))
        with pytest.raises(LedgerError, match=r"already holds other tables \(invoices"):
            await upgrade_ledger(ledger)


async def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    async with Ledger("postgresql://me:hunter2@/arena?host=/nonexistent") as ledger:
        with pytest.raises(LedgerError, match="cannot be used") as caught:
            await upgrade_ledger(ledger)
    assert "hunter2" not in str(caught.value)


def test_a_database_url_of_another_kind_is_refused() -> None:
    with pytest.raises(LedgerError, match="sqlite:///PATH or postgresql://"):
        Ledger("mysql://localhost/arena")


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    with pytest.raises(LedgerError, match=r"cannot be written at .*file/ledger.sqlite3"):
        Ledger(f"sqlite:///{tmp_path}/file/ledger.sqlite3")
