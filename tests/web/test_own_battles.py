"""People find their battles again, and forget them, without a script."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from serving import API, ask, follow, page, serving, vote, voter
from tiltyard.ledger.settled import OPEN_FOR
from tiltyard.web.api.bodies import BattleOut
from tiltyard.web.pages import own_battles
from tiltyard.web.pages.own_battles_view import own_battle

pytestmark = pytest.mark.anyio

FORM = {"content-type": "application/x-www-form-urlencoded"}
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def listed(html: str) -> Sequence[str]:
    """The lines of the list, as words."""
    lines = re.findall(r'<li class="own-battle">(.*?)</li>', html, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", line)).split()) for line in lines]


async def held(session: aiohttp.ClientSession, text: str) -> str:
    """Hold a battle up to its vote."""
    battle: str = (await ask(session, text))["id"]
    await follow(session, battle)
    return battle


async def forgets(
    session: aiohttp.ClientSession,
    battle: str,
    body: bytes = b"forget=yes",
    headers: Mapping[str, str] = FORM,
) -> tuple[int, str]:
    """Send the form; give what came of it, and where it leads."""
    path = f"/battles/{battle}/forget"
    sent = session.post(path, data=body, headers=FORM | dict(headers), allow_redirects=False)
    async with sent as response:
        return response.status, response.headers.get("location", "")


async def test_the_list_names_nobody_before_the_vote_and_whom_i_preferred_after(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        battle = await held(ann, "Why is the <sky> blue?")
        (line,) = listed(await page(ann, "/your-data"))
        assert line.startswith("Why is the <sky> blue?")
        assert line.endswith("waits for your vote Forget Why is the <sky> blue?")
        async with await vote(ann, battle, "b") as response:
            reveal = (await response.json())["reveal"]
        (line,) = listed(await page(ann, "/your-data"))
        assert f"you preferred {reveal['b']['name']} to {reveal['a']['name']}" in line
        async with voter(base) as eve:
            assert listed(await page(eve, "/your-data")) == []
            await page(eve, f"/battles/{battle}/forget", 404)


async def test_older_battles_are_behind_the_newer_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_battles, "ON_A_PAGE", 2)
    async with serving(tmp_path) as base, voter(base) as ann:
        for number in range(3):
            await held(ann, f"Question {number}")
        newest = await page(ann, "/your-data")
        assert [line[:10] for line in listed(newest)] == ["Question 2", "Question 1"]
        (older,) = re.findall(r'href="(/your-data\?before=[^"#]+)', newest)
        oldest = await page(ann, older)
        assert [line[:10] for line in listed(oldest)] == ["Question 0"]
        assert "Older battles" not in oldest
        await page(ann, "/your-data?before=nonsense", 404)
        await page(ann, f"/your-data?before={uuid4()}", 404)


async def test_forgetting_asks_once_more_and_then_erases(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        await page(ann, "/")
        battle = await held(ann, "My own secret")
        question = await page(ann, f"/battles/{battle}/forget")
        assert "My own secret" in question
        assert f'action="/battles/{battle}/forget"' in question
        assert await forgets(ann, battle) == (303, "/your-data?forgotten=yes#battles")
        after = await page(ann, "/your-data?forgotten=yes")
        assert "That battle is forgotten." in after
        assert listed(after) == []
        async with ann.get(f"{API}/battles/{battle}") as response:
            assert (await response.json())["state"] == "forgotten"
        assert "This battle was forgotten" in await page(ann, f"/battles/{battle}/forget")


@pytest.mark.parametrize(
    "body", [b"", b"forget=no", b"forget=yes&", b"forget=yes&more=1", b"forget=yes&forget=yes"]
)
async def test_half_a_form_forgets_nothing(tmp_path: Path, body: bytes) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        battle = await held(ann, "Why is the sky blue?")
        assert (await forgets(ann, battle, body))[0] == 422
        assert len(listed(await page(ann, "/your-data"))) == 1


async def test_nobody_else_and_no_other_site_forgets_it(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann, voter(base) as eve:
        battle = await held(ann, "Why is the sky blue?")
        elsewhere = {"Sec-Fetch-Site": "cross-site"}
        assert (await forgets(ann, battle, headers=elsewhere))[0] == 403
        assert (await forgets(eve, battle))[0] == 404
        assert (await forgets(eve, "nonsense"))[0] == 404
        assert len(listed(await page(ann, "/your-data"))) == 1


async def test_what_is_being_answered_is_not_forgotten_yet(tmp_path: Path) -> None:
    async with serving(tmp_path, pace=1_000) as base, voter(base) as ann:
        battle = (await ask(ann))["id"]
        (line,) = listed(await page(ann, "/your-data"))
        assert line.endswith("being answered")
        asked = await page(ann, f"/battles/{battle}/forget")
        assert "The answers are still coming" in asked
        assert "<form" not in asked
        assert (await forgets(ann, battle))[0] == 409
        async with ann.post(f"{API}/battles/{battle}/stop") as response:
            assert response.status == 202
        assert (await forgets(ann, battle))[0] == 303


def battle_out(**more: object) -> BattleOut:
    """A battle of two as its voter may see it."""
    turn = {
        "number": 1,
        "message": {"parts": [{"type": "text", "text": "One\n\ntwo  three"}]},
        "responses": {},
        "blind": True,
        "vote": None,
    }
    given: dict[str, Any] = {
        "id": uuid4(),
        "arena": "text",
        "mode": "battle",
        "state": "votable",
        "created_at": NOW,
        "sides": ["a", "b"],
        "turn": 1,
        "turns_left": 9,
        "turns": [turn],
        "continues": None,
        "vote_per": "battle",
        "vote": None,
        "reveal": None,
    }
    return BattleOut.model_validate(given | more)


FACE = {"organisation": "Works", "licence": "MIT", "demo": False, "url": "/"}
NAMED = {"a": FACE | {"id": "heron", "name": "Heron"}, "b": FACE | {"id": "wren", "name": "Wren"}}


def voted(outcome: str) -> dict[str, Any]:
    cast: dict[str, Any] = {"outcome": outcome, "tags": [], "comment": None, "voted_at": NOW}
    return {"state": "voted", "vote": cast, "reveal": NAMED}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "waits for your vote"),
        ({"created_at": NOW - OPEN_FOR}, "open, and too old to vote on"),
        ({"state": "answering", "created_at": NOW - timedelta(days=9)}, "being answered"),
        ({"state": "turn_voted"}, "open, with a vote"),
        ({"state": "broken"}, "a side has no answer"),
        ({"state": "broken", "mode": "side_by_side", "reveal": NAMED}, "a side has no answer"),
        (voted("a"), "you preferred Heron to Wren"),
        (voted("b"), "you preferred Wren to Heron"),
        (voted("tie"), "you called Heron and Wren a tie"),
        (voted("both_bad"), "you found Heron and Wren both bad"),
        ({"state": "given_up", "reveal": NAMED}, "Heron and Wren, revealed without a vote"),
        ({"mode": "side_by_side", "reveal": NAMED}, "with Heron and Wren"),
        ({"mode": "direct", "state": "open", "sides": ["a"], "reveal": NAMED}, "with Heron"),
    ],
)
def test_every_state_is_said_in_words(given: dict[str, Any], words: str) -> None:
    line = own_battle(battle_out(**given), "Text", NOW)
    assert line.state == words
    assert line.question == "One two three"


def test_a_long_question_is_cut_and_a_picture_has_no_words() -> None:
    one = battle_out()
    one.turns[0].message.parts = [{"type": "text", "text": "words " * 500}]
    question = own_battle(one, "Text", NOW).question
    assert len(question) == 160
    assert question.endswith("words wor\N{HORIZONTAL ELLIPSIS}")
    one.turns[0].message.parts = [{"type": "image", "data": {}}]
    assert own_battle(one, "Text", NOW).question == ""
