"""The register that everybody can read, and what it keeps to itself."""

from datetime import UTC, datetime, timedelta

import pytest

from opened import open_ledger, served_model
from tiltyard.arena.applying import apply_cards
from tiltyard.arena.public_register import RegisterEntry, read_register
from tiltyard.contestants.card import Contestant, Status
from tiltyard.contestants.life_cycle import retired

pytestmark = pytest.mark.anyio

FIRST = datetime(2026, 11, 1, tzinfo=UTC)
GULL = served_model("plain:1", "http://127.0.0.1:1/v1", id_="gull")
TERN = served_model("plain:2", "http://127.0.0.1:1/v1", id_="tern")
PREVIEW = TERN.model_copy(update={"status": Status.PREVIEW, "alias": "Mystery"})


async def register_after(url: str, *steps: tuple[Contestant, str]) -> list[RegisterEntry]:
    """Apply one card a day, each with its reason."""
    async with open_ledger(url) as ledger:
        async with ledger.writing() as connection:
            for day, (card, reason) in enumerate(steps):
                await apply_cards(connection, [card], FIRST + timedelta(days=day), reason=reason)
        async with ledger.reading() as connection:
            return await read_register(connection)


async def test_a_retirement_stands_above_the_release_with_date_and_reason(ledger_url: str) -> None:
    left, new = await register_after(
        ledger_url, (GULL, "It is new."), (retired(GULL), "Its provider left.")
    )
    assert (new.face.id, new.status, new.reason, new.at) == ("gull", "public", "It is new.", FIRST)
    assert (left.status, left.reason) == ("retired", "Its provider left.")
    assert left.at == FIRST + timedelta(days=1)


async def test_drafts_and_previews_are_in_no_entry(ledger_url: str) -> None:
    draft = GULL.model_copy(update={"status": Status.DRAFT})
    assert not await register_after(
        ledger_url,
        (draft, "Soon."),
        (PREVIEW, "A secret."),
        (retired(PREVIEW), "It was bad."),
        (retired(draft), "Never mind."),
    )


async def test_a_preview_that_becomes_public_begins_there(ledger_url: str) -> None:
    (entry,) = await register_after(ledger_url, (PREVIEW, "A secret."), (TERN, "Released."))
    assert (entry.face.name, entry.reason) == (TERN.name, "Released.")


async def test_a_card_that_changes_without_its_status_is_no_entry(ledger_url: str) -> None:
    dearer = GULL.model_copy(update={"price_input_usd_per_million": 9.0})
    (entry,) = await register_after(ledger_url, (GULL, "It is new."), (dearer, "Dearer."))
    assert entry.reason == "It is new."


async def test_who_is_public_under_an_alias_appears_under_it(ledger_url: str) -> None:
    masked = TERN.model_copy(update={"alias": "Mystery"})
    entries = await register_after(ledger_url, (masked, "In."), (retired(masked), "Out."))
    assert [entry.face.id for entry in entries] == ["alias-mystery"] * 2
    assert not any(told in repr(entries) for told in (TERN.id, TERN.name, TERN.organisation))
