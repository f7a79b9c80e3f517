from uuid import UUID

import pytest

from opened import open_ledger
from tiltyard.web.relay import Relay


def nobodys(_: UUID) -> bool:
    return False


@pytest.mark.anyio
async def test_a_closed_relay_opens_again(ledger_url: str) -> None:
    async with open_ledger(ledger_url) as ledger:
        relay = Relay(ledger, nobodys)
        first = relay._client()
        await relay.close()
        await relay.close()
        again = relay._client()
        assert first.closed
        assert not again.closed
        await relay.close()
