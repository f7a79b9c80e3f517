"""A catalogue that follows the ledger, whatever goes wrong on the way."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from opened import open_ledger
from polling import until
from tiltyard.arena import roster
from tiltyard.arena.applying import apply_cards
from tiltyard.arena.roster import Roster
from tiltyard.contestants.demo import demo_catalogue
from tiltyard.ledger.engine import Ledger

pytestmark = pytest.mark.anyio

HIDE = "ALTER TABLE contestant_changes RENAME TO hidden"
SHOW = "ALTER TABLE hidden RENAME TO contestant_changes"


async def change(ledger: Ledger, statement: str) -> None:
    async with ledger.writing() as connection:
        await connection.execute(text(statement))


async def test_a_fault_that_nobody_foresaw_is_logged_and_the_catalogue_goes_on(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster, "LOOK_S", 0.01)
    heron, *others = demo_catalogue().contestants
    renamed = heron.model_copy(update={"name": "Renamed"})
    async with open_ledger(postgres_url) as ledger:
        followed = Roster(ledger, demo_catalogue())
        await followed.open()
        following = asyncio.create_task(followed.follow())

        async def has_the_new_name() -> bool:
            return "Renamed" in {card.name for card in followed.catalogue}

        with capture_logs() as said:
            await change(ledger, HIDE)

            async def is_told() -> bool:
                return any("could not be looked at" in line["event"] for line in said)

            await until(is_told)
            await change(ledger, SHOW)
        async with ledger.writing() as connection:
            await apply_cards(connection, [renamed, *others], datetime.now(UTC), reason="a test")
        await until(has_the_new_name)
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
