"""What a preview's owner learns, from votes in a real ledger."""

from collections.abc import AsyncGenerator, Iterable
from datetime import UTC, datetime

import pytest

from opened import open_ledger, served_model
from tiltyard.arena.applying import apply_cards
from tiltyard.boards.preview_report import NeverPreviewError, PreviewReport, preview_report
from tiltyard.contestants.card import Contestant, Status
from tiltyard.ledger import history, register
from tiltyard.ledger.battles_table import read_votes
from tiltyard.ledger.engine import Ledger
from votable import TEXT, voted_battle

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GULL, TERN, AUK = (
    served_model(f"plain:{id_}", "http://127.0.0.1:1/v1", id_=id_)
    for id_ in ("gull", "tern", "auk")
)
PREVIEW = AUK.model_copy(update={"status": Status.PREVIEW, "alias": "Mystery"})
OTHER = PREVIEW.model_copy(update={"id": "owl", "alias": "Riddle"})


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        yield ledger


async def vote(ledger: Ledger, one: Contestant, other: Contestant, outcomes: Iterable[str]) -> None:
    """Let people vote on battles of these two, as their cards are."""
    async with ledger.writing() as connection:
        await register.record_definition(
            connection, TEXT.id, TEXT.sha256, TEXT.model_dump(mode="json"), NOW
        )
        await apply_cards(connection, [one, other], NOW, reason="For the test.")
        await history.add_history(
            connection, [voted_battle((one, other), outcome, NOW) for outcome in outcomes]
        )


async def report_on(ledger: Ledger, card: Contestant) -> PreviewReport:
    return await preview_report(ledger, card)


async def test_a_preview_is_rated_among_the_public_and_nowhere_else(ledger: Ledger) -> None:
    await vote(ledger, GULL, TERN, "aabab" * 4)
    await vote(ledger, PREVIEW, GULL, "aaabb" * 4)
    (found,) = (await report_on(ledger, PREVIEW)).arenas
    row = found.standing
    assert (found.arena, found.contestants) == ("text", 3)
    assert (row.battles, row.wins, row.losses) == (20, 12, 8)
    assert row.rating is not None
    assert row.lower is not None
    assert row.upper is not None
    assert row.lower < row.rating < row.upper
    assert (found.first_vote, found.last_vote) == (NOW, NOW)
    public = await ledger.in_thread(lambda connection: read_votes(connection, "text"))
    assert len(public.battles.frame) == 20


async def test_variants_are_the_previews_of_the_organisation_and_stay_unnamed(
    ledger: Ledger,
) -> None:
    await vote(ledger, PREVIEW, OTHER, "ab")
    elsewhere = OTHER.model_copy(
        update={"id": "emu", "organisation": "Elsewhere", "alias": "Enigma"}
    )
    await vote(ledger, GULL, elsewhere, "ab")
    found = await report_on(ledger, PREVIEW)
    assert (found.variants, found.since, found.until) == (2, NOW, None)
    assert found.arenas == []  # its only battles were against another preview
    assert not any(other in repr(found) for other in ("owl", "Riddle", "emu", "Enigma"))


async def test_what_it_gets_once_it_is_public_is_not_in_its_report(ledger: Ledger) -> None:
    await vote(ledger, PREVIEW, GULL, "ab")
    await vote(ledger, AUK, GULL, "aaaaaaaab")
    found = await report_on(ledger, AUK)
    assert found.until == NOW
    assert found.arenas[0].standing.battles == 2


async def test_without_votes_there_are_only_dates(ledger: Ledger) -> None:
    await vote(ledger, PREVIEW, GULL, "")
    assert (await report_on(ledger, PREVIEW)).arenas == []


async def test_who_was_never_a_preview_has_no_report(ledger: Ledger) -> None:
    await vote(ledger, GULL, TERN, "a")
    with pytest.raises(NeverPreviewError, match="gull was never a preview"):
        await report_on(ledger, GULL)
