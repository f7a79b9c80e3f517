"""Catalogues that come to hold: what the ledger says of it, and who may be listed."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import pytest

from opened import open_ledger, served_model
from tiltyard.arena.applying import apply_at_start, apply_cards, current_cards, listed_cards
from tiltyard.contestants.card import Contestant, Status
from tiltyard.contestants.life_cycle import LifeCycleError, retired
from tiltyard.ledger.contestant_changes import read_changes
from tiltyard.ledger.engine import Ledger

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GULL = served_model("plain:1", "http://127.0.0.1:1/v1", id_="gull")
TERN = served_model("plain:2", "http://127.0.0.1:1/v1", id_="tern")
HIDDEN = TERN.model_copy(update={"status": Status.PREVIEW, "alias": "Mystery"})


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        yield ledger


async def applied(
    ledger: Ledger, *cards: Contestant, reason: str | None = None, retire_absent: bool = False
) -> int:
    async with ledger.writing() as connection:
        return len(
            await apply_cards(connection, cards, NOW, reason=reason, retire_absent=retire_absent)
        )


async def facts(ledger: Ledger) -> list[tuple[str, str, str]]:
    async with ledger.reading() as connection:
        return [(one.contestant, one.status, one.reason) for one in await read_changes(connection)]


async def listed(ledger: Ledger) -> list[Contestant]:
    async with ledger.reading() as connection:
        return await listed_cards(connection)


async def test_applying_again_changes_nothing(ledger: Ledger) -> None:
    assert await applied(ledger, GULL, TERN, reason="They are new.") == 2
    before = await facts(ledger)
    assert await applied(ledger, GULL, TERN, reason="Once more.") == 0
    assert await facts(ledger) == before
    assert before == [("gull", "public", "They are new."), ("tern", "public", "They are new.")]


async def test_a_contestant_left_out_stays_unless_absent_ones_are_retired(ledger: Ledger) -> None:
    await applied(ledger, GULL, TERN)
    assert await applied(ledger, GULL) == 0
    assert await applied(ledger, GULL, reason="The end.", retire_absent=True) == 1
    assert (await facts(ledger))[-1] == ("tern", "retired", "The end.")
    async with ledger.reading() as connection:
        assert await current_cards(connection) == [GULL, retired(TERN)]


async def test_a_refused_catalogue_changes_nothing_at_all(ledger: Ledger) -> None:
    await applied(ledger, GULL)
    with pytest.raises(LifeCycleError, match="cannot become draft"):
        await applied(ledger, TERN, GULL.model_copy(update={"status": Status.DRAFT}))
    assert await facts(ledger) == [("gull", "public", "No reason given.")]


async def test_only_who_was_ever_public_is_listed(ledger: Ledger) -> None:
    draft = GULL.model_copy(update={"id": "owl", "status": Status.DRAFT})
    await applied(ledger, GULL, HIDDEN, draft)
    assert await listed(ledger) == [GULL]
    await applied(ledger, retired(GULL), retired(HIDDEN), retired(draft))
    assert await listed(ledger) == [retired(GULL)]


async def test_a_preview_that_becomes_public_is_listed_by_its_name(ledger: Ledger) -> None:
    await applied(ledger, HIDDEN)
    await applied(ledger, TERN, reason="Released.")
    assert await listed(ledger) == [TERN]


async def test_a_restart_brings_nobody_back(ledger: Ledger) -> None:
    for _ in ("first", "again"):
        async with ledger.writing() as connection:
            await apply_at_start(connection, [GULL, TERN], NOW)
        await applied(ledger, retired(TERN), reason="Its provider left.")
    assert [fact[:2] for fact in await facts(ledger)] == [
        ("gull", "public"),
        ("tern", "public"),
        ("tern", "retired"),
    ]
