"""A model that is changed in silence can be told apart later."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from opened import open_ledger
from tiltyard.ledger.endpoint_versions import EndpointVersion, read_endpoint_versions
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.tables import attempts
from votable import record_votable, votable_battles

pytestmark = pytest.mark.anyio

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
WEDNESDAY = MONDAY + timedelta(days=2)


async def answered(ledger: Ledger, battle: UUID, version: str | None, day: int) -> None:
    at = MONDAY + timedelta(days=day)
    async with ledger.writing() as connection:
        await connection.execute(
            attempts.update()
            .where(attempts.c.battle == battle, attempts.c.slot == "a")
            .values(endpoint_version=version, started_at=at)
        )


async def test_each_version_has_its_first_and_last_day_and_its_answers(ledger_url: str) -> None:
    battles = [
        one for one in votable_battles(["ann"], 25) if one.sides[0].contestant == "demo-heron"
    ]
    assert len(battles) == 4
    await record_votable(ledger_url, battles)
    async with open_ledger(ledger_url) as ledger:
        for day, version in enumerate(("gull-1", "gull-1", "gull-2", None)):
            await answered(ledger, battles[day].id, version, day)
        async with ledger.reading() as connection:
            found = await read_endpoint_versions(connection, "demo-heron")
            assert await read_endpoint_versions(connection, "nobody") == []
    assert found == [
        EndpointVersion("gull-1", MONDAY, MONDAY + timedelta(days=1), 2),
        EndpointVersion("gull-2", WEDNESDAY, WEDNESDAY, 1),
    ]
