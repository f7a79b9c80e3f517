"""People see what may be published, and decide for all of their battles."""

import hashlib
import json
from pathlib import Path

import aiohttp
import pytest

from serving import API, page, serving, voter
from tiltyard.arena.definition import Consent, built_in_definition

pytestmark = pytest.mark.anyio

WORDS = "Battles may be published as open data."
TEXT = built_in_definition("text")
FORM = {"content-type": "application/x-www-form-urlencoded"}
NOT_THE_FORM = (
    b"",
    b"publish",
    b"publish=",
    b"publish=o",
    b"publish=OUT",
    b"publish=out&",
    b"publish=out&more=1",
    b"publish=out&publish=in",
    b"publish=%ff",
    b"publish=in\xff",
    b'{"publish": false}',
    b"publish=in&more=" + b"x" * 5_000,
)
ASKING = TEXT.model_copy(update={"consent": Consent(version="2026-11", text=WORDS)})


async def decide(session: aiohttp.ClientSession, *, publish: bool) -> None:
    async with session.put(f"{API}/consent", json={"publish": publish}) as response:
        assert response.status == 200
        assert (await response.json())["publish"] is publish


async def publishes(session: aiohttp.ClientSession) -> bool:
    async with session.get(f"{API}/consent") as response:
        return bool((await response.json())["publish"])


def test_definitions_that_ask_nothing_keep_the_digests_they_had() -> None:
    keys = json.loads(TEXT.model_dump_json())
    assert keys.pop("consent") is None
    as_before = json.dumps(keys, separators=(",", ":"), ensure_ascii=False)
    assert TEXT.sha256 == hashlib.sha256(as_before.encode()).hexdigest()
    assert ASKING.sha256 != TEXT.sha256


async def test_the_words_stand_where_people_ask_and_where_they_choose(tmp_path: Path) -> None:
    async with serving(tmp_path, definition=ASKING) as base, voter(base) as ann:
        for path in ("/", "/your-data"):
            assert WORDS in await page(ann, path)
        async with ann.get(f"{API}/consent") as response:
            told = await response.json()
    assert told == {
        "publish": True,
        "arenas": [{"arena": "text", "title": "Text", "version": "2026-11", "text": WORDS}],
    }


async def test_the_newest_decision_holds_and_is_one_voters_own(tmp_path: Path) -> None:
    async with serving(tmp_path, definition=ASKING) as base, voter(base) as ann, voter(base) as bob:
        await page(ann, "/")
        for choice in (False, True, False):
            await decide(ann, publish=choice)
            assert await publishes(ann) is choice
        assert await publishes(bob)


async def test_the_page_decides_without_a_script(tmp_path: Path) -> None:
    async with serving(tmp_path, definition=ASKING) as base, voter(base) as ann:
        await page(ann, "/")
        for field, said in (("out", "are not published"), ("in", "may be published")):
            async with ann.post("/your-data", data={"publish": field}) as response:
                assert said in await response.text()
            assert await publishes(ann) is (field == "in")


async def test_a_form_that_did_not_come_whole_decides_nothing(tmp_path: Path) -> None:
    async with serving(tmp_path, definition=ASKING) as base, voter(base) as ann:
        await page(ann, "/")
        for choice in (False, True):
            await decide(ann, publish=choice)
            for body in NOT_THE_FORM:
                async with ann.post("/your-data", data=body, headers=FORM) as response:
                    assert response.status == 422, body
                    assert "nothing was changed" in await response.text()
                assert await publishes(ann) is choice, body


async def test_where_nothing_is_asked_nothing_is_published(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        assert "Nothing that you do here is published" in await page(ann, "/your-data")
        assert not await publishes(ann)
