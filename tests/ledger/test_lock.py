import pytest

from opened import open_ledger
from tiltyard.ledger.engine import Ledger, LedgerError
from tiltyard.ledger.lock import only_server

pytestmark = pytest.mark.anyio


async def test_a_second_server_is_refused_until_the_first_has_gone(ledger_url: str) -> None:
    async with open_ledger(ledger_url) as first, Ledger(ledger_url) as second:
        async with only_server(first):
            with pytest.raises(LedgerError, match="Another server is using the ledger"):
                async with only_server(second):
                    pass
        async with only_server(second):
            pass
