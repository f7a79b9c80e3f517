"""The operator's page: who may see it, and what it says."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from opened import open_ledger
from polling import until
from serving import serving, voter
from tiltyard.labels.labeller import Labeller
from tiltyard.labels.language import LanguageLabeller
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.model_answers import ModelAnswer, keep_answer
from tiltyard.web import server
from tiltyard.web.doorway import SIGN_INS_PER_MINUTE
from tiltyard.web.operator import label_count, pages, sessions
from tiltyard.web.operator.sessions import OperatorSessions
from tiltyard.worker.label_status import LabelStatus, read_label_status

pytestmark = pytest.mark.anyio

TOKEN = "an-operator-token-0123456789"  # noqa: S105  # of these tests
OTHER = "another-operator-token-98765"
PARTS = ("worker", "labels", "endpoints")
KNOWN_TO_THE_OPERATOR = ("Last pass", "duplicates", "Labeller", "paused", "Sign out")


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILTYARD_OPERATOR_TOKEN", TOKEN)


async def sign_in(session: aiohttp.ClientSession, token: str = TOKEN) -> tuple[int, str]:
    async with session.post("/operator", data={"token": token}) as response:
        return response.status, words(await response.text())


async def look(session: aiohttp.ClientSession, path: str = "/operator") -> tuple[int, str]:
    async with session.get(path) as response:
        return response.status, words(await response.text())


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


async def test_who_is_not_signed_in_is_asked_for_the_token_and_told_nothing(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, examples=True) as base, voter(base) as ann:
        for path in ("/operator", *(f"/operator/{part}" for part in PARTS), "/operator/else"):
            async with ann.get(path) as response:
                html = await response.text()
                assert response.status == (200 if path == "/operator" else 401)
                assert "The operator's token" in html
                assert not [word for word in KNOWN_TO_THE_OPERATOR if word in html]


async def test_the_page_is_for_nobody_to_find_or_keep(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        for _ in range(2):
            async with ann.get("/operator") as response:
                assert response.headers["x-robots-tag"] == "noindex"
                assert response.headers["cache-control"] == "no-store"
                assert "set-cookie" not in response.headers
                assert '<meta name="robots" content="noindex">' in await response.text()
            await sign_in(ann)
        async with ann.get("/") as response:
            assert "/operator" not in await response.text()


async def test_the_token_opens_the_page_and_its_parts(tmp_path: Path) -> None:
    async with serving(tmp_path, examples=True) as base, voter(base) as ann:
        assert (await sign_in(ann))[0] == 200
        status, page = await look(ann)
        assert status == 200
        assert re.search(r"\d+ battles? labelled, \d+ boards? published in \d", page)
        assert "600 settled battles to label" in page
        assert re.search(r"language \S+ 100\s% 600 battles", page)
        assert re.search(r"text : \d+ boards", page)
        assert "This server has asked no endpoint yet" in page
        for part in PARTS:
            status, shown = await look(ann, f"/operator/{part}")
            assert status == 200
            assert part.capitalize() in shown
            assert "Sign out" not in shown
        assert (await look(ann, "/operator/else"))[0] == 404


async def test_over_https_the_cookie_stays_there(tmp_path: Path) -> None:
    headers = {"X-Forwarded-Proto": "https"}  # from a proxy on the same machine
    async with serving(tmp_path) as base, voter(base) as ann:
        body = {"token": TOKEN}
        sent = ann.post("/operator", data=body, headers=headers, allow_redirects=False)
        async with sent as response:
            assert "Secure" in response.headers["set-cookie"]


async def test_the_cookie_is_for_this_page_and_this_browser_alone(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        sent = ann.post("/operator", data={"token": TOKEN}, allow_redirects=False)
        async with sent as response:
            assert (response.status, response.headers["location"]) == (303, "/operator")
            cookie = response.headers["set-cookie"]
        for said in ("HttpOnly", "SameSite=strict", "Path=/operator", "Max-Age=43200"):
            assert said in cookie
        assert TOKEN not in cookie
        assert "Secure" not in cookie, "there is no https here"


@pytest.mark.parametrize("given", ["", "wrong", "ü", f"{TOKEN} ", TOKEN[:-1], "\udcff" * 3])
async def test_another_token_opens_nothing(tmp_path: Path, given: str) -> None:
    async with serving(tmp_path) as base, voter(base) as eve:
        body = b"token=" + given.encode("utf-8", "surrogateescape")
        async with eve.post("/operator", data=body) as response:
            assert response.status == 401
            assert "That is not the token" in await response.text()
            assert "set-cookie" not in response.headers
        assert "Sign out" not in (await look(eve))[1]


async def test_tokens_cannot_be_tried_for_long(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as eve:
        for number in range(SIGN_INS_PER_MINUTE):
            assert (await sign_in(eve, f"guess-{number}"))[0] == 401
        status, said = await sign_in(eve)
        assert status == 429
        assert "Your network address may begin 10 sign-ins a minute" in said
        assert "Sign out" not in (await look(eve))[1]


async def test_signed_out_is_out(tmp_path: Path) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        await sign_in(ann)
        async with ann.post("/operator/sign-out") as response:
            assert "The operator's token" in await response.text()
        assert not [cookie for cookie in ann.cookie_jar if cookie.key == sessions.COOKIE]


async def test_a_changed_token_ends_every_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        await sign_in(ann)
        cookies = {cookie.key: cookie.value for cookie in ann.cookie_jar}
    for token, is_in in ((TOKEN, True), (OTHER, False)):
        monkeypatch.setenv("TILTYARD_OPERATOR_TOKEN", token)
        async with (
            serving(tmp_path) as base,
            voter(base) as ann,
            ann.get("/operator", cookies=cookies) as response,
        ):
            assert ("Sign out" in await response.text()) is is_in


async def test_a_session_ends_by_itself_and_the_open_page_is_loaded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        await sign_in(ann)
        monkeypatch.setattr(sessions, "SESSION_S", -1)
        assert "The operator's token" in (await look(ann))[1]
        async with ann.get("/operator/worker") as response:
            assert response.status == 401
            assert response.headers["hx-refresh"] == "true"


def test_a_cookie_is_made_with_the_token_and_the_secret() -> None:
    ours = OperatorSessions(TOKEN, "a secret of the test")
    cookie = ours.begin()
    assert ours.is_running(cookie)
    assert not ours.is_running(cookie[:-1])
    assert not ours.is_running("")
    assert not OperatorSessions(OTHER, "a secret of the test").is_running(cookie)
    assert not OperatorSessions(TOKEN, "another secret").is_running(cookie)
    nobody = OperatorSessions(None, "a secret of the test")
    assert not nobody.is_token("")
    assert not nobody.is_running(nobody.begin())


async def test_without_a_token_the_page_says_how_to_set_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TILTYARD_OPERATOR_TOKEN")
    async with serving(tmp_path) as base, voter(base) as ann:
        status, page = await look(ann)
        assert status == 200
        assert "set TILTYARD_OPERATOR_TOKEN to at least 16 characters" in page
        assert (await sign_in(ann, ""))[0] == 401
        assert (await sign_in(ann, "None"))[0] == 401


@pytest.mark.parametrize("path", ["/operator", "/operator/sign-out"])
async def test_another_site_cannot_sign_my_browser_in_or_out(tmp_path: Path, path: str) -> None:
    async with serving(tmp_path) as base, voter(base) as ann:
        headers = {"Origin": "https://elsewhere.example"}
        async with ann.post(path, data={"token": TOKEN}, headers=headers) as response:
            assert response.status == 403
            assert "set-cookie" not in response.headers


async def test_what_models_cost_is_added_up(tmp_path: Path) -> None:
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite3'}") as ledger:
        for number, cost in enumerate((0.25, 0.5, None)):
            answer = ModelAnswer(f"k{number}", "model@1", "owl-small", {}, 1_000, 20, cost)
            async with ledger.writing() as connection:
                await keep_answer(connection, answer, datetime.now(UTC))
    async with serving(tmp_path) as base, voter(base) as ann:
        await sign_in(ann)
        _, page = await look(ann)
        assert "US$ 0.75 in all" in page
        assert "owl-small model@1 3 questions 3,000 in, 60 out US$ 0.7500 1 of no known" in page


async def test_the_page_does_not_wait_for_a_long_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, may_end = asyncio.Event(), asyncio.Event()

    async def read_slowly(ledger: Ledger, labellers: Sequence[Labeller]) -> LabelStatus:
        asked.set()
        await may_end.wait()
        return await read_label_status(ledger, labellers)

    monkeypatch.setattr(label_count, "read_label_status", read_slowly)
    monkeypatch.setattr(pages, "PATIENCE_S", 0)
    async with serving(tmp_path) as base, voter(base) as ann:
        await sign_in(ann)
        await asked.wait()
        assert "They are being counted" in (await look(ann))[1]
        may_end.set()

        async def counted() -> bool:
            return "0 settled battles to label" in (await look(ann, "/operator/labels"))[1]

        await until(counted)


async def test_a_server_ends_while_labels_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    async def read_for_ever(ledger: Ledger, labellers: Sequence[Labeller]) -> LabelStatus:
        asked.set()
        await asyncio.Event().wait()
        return await read_label_status(ledger, labellers)

    monkeypatch.setattr(server, "CLOSING_S", 1)
    monkeypatch.setattr(label_count, "read_label_status", read_for_ever)
    monkeypatch.setattr(pages, "PATIENCE_S", 0)
    async with serving(tmp_path) as base, voter(base) as ann:
        await sign_in(ann)
        await asked.wait()


async def test_a_labeller_that_fails_is_named_with_its_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: object, batch: object) -> None:  # noqa: ARG001  # a labeller's
        message = "no two letters are alike"
        raise ValueError(message)

    monkeypatch.setattr(LanguageLabeller, "label", fail)
    async with serving(tmp_path, examples=True) as base, voter(base) as ann:
        await sign_in(ann)

        async def said() -> bool:
            return "The labeller language fails" in (await look(ann, "/operator/worker"))[1]

        await until(said)
        assert "no two letters are alike" in (await look(ann))[1]


async def test_a_fault_in_the_file_of_slices_is_shown(tmp_path: Path) -> None:
    slices = tmp_path / "slices.toml"
    slices.write_text('[[slice]]\nid = "german"\nname = "German"\nwhere = "language = \'de\'"\n')
    settings = {"slices": slices, "battles_per_minute": 0}
    async with serving(tmp_path, settings=settings) as base, voter(base) as ann:
        await sign_in(ann)
        assert "slices-fault" not in (await look(ann))[1]
        slices.write_text("[[slice]\n")

        async def said() -> bool:
            return "The slices in use are not those of their file" in (await look(ann))[1]

        await until(said)
        assert "is not TOML" in (await look(ann))[1]
