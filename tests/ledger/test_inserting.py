import pytest

from opened import open_ledger
from tiltyard.ledger.inserting import insert_new
from tiltyard.ledger.tables import labels

pytestmark = pytest.mark.anyio


async def test_where_there_is_nothing_to_insert_nothing_is(ledger_url: str) -> None:
    async with open_ledger(ledger_url) as ledger, ledger.writing() as connection:
        assert not await insert_new(connection, labels, [])
        assert (await connection.execute(labels.select())).all() == []
