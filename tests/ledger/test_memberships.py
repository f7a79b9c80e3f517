from datetime import UTC, datetime, timedelta

import pytest

from opened import open_ledger
from tiltyard.ledger.memberships import Member, groups_of, join_group, leave_group, members_of

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
            assert await members_of(connection, "owls") == [
                Member("ann", NOON),
                Member("bob", NOON),
            ]
        async with ledger.writing() as connection:
            await leave_group(connection, "owls", "ann", NOON)
            await leave_group(connection, "owls", "cem", NOON)
        async with ledger.reading() as connection:
            assert await groups_of(connection, "ann") == [("auks", 1)]
            left = Member("ann", NOON, left=True)
            assert await members_of(connection, "owls") == [left, Member("bob", NOON)]


async def test_who_comes_back_has_the_old_place(ledger_url: str) -> None:
    later = NOON + timedelta(days=1)
    async with open_ledger(ledger_url) as ledger:
        async with ledger.writing() as connection:
            await join_group(connection, "owls", "ann", NOON)
            await leave_group(connection, "owls", "ann", later)
            await join_group(connection, "owls", "ann", later)
        async with ledger.reading() as connection:
            assert await members_of(connection, "owls") == [Member("ann", NOON)]
            assert await groups_of(connection, "ann") == [("owls", 1)]
