from datetime import UTC, datetime

import pytest

from opened import open_ledger
from tiltyard.ledger.memberships import groups_of, join_group, leave_group, members_of

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def test_people_join_and_leave_groups(ledger_url: str) -> None:
    async with open_ledger(ledger_url) as ledger:
        async with ledger.writing() as connection:
            for group, voter in (("owls", "ann"), ("owls", "bob"), ("auks", "ann")):
                await join_group(connection, group, voter, NOON)
            await join_group(connection, "owls", "ann", NOON)
        async with ledger.reading() as connection:
            assert await groups_of(connection, "ann") == [("auks", 1), ("owls", 2)]
            assert await groups_of(connection, "cem") == []
            assert sorted(await members_of(connection, "owls")) == ["ann", "bob"]
        async with ledger.writing() as connection:
            await leave_group(connection, "owls", "ann")
            await leave_group(connection, "owls", "cem")
        async with ledger.reading() as connection:
            assert await groups_of(connection, "ann") == [("auks", 1)]
            assert await members_of(connection, "owls") == ["bob"]
