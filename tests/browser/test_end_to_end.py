"""The whole house: browser, server and model server, each a process of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, Route, expect

from browser.battle_page import BattlePage
from model_server import ModelServer
from tiltyard_process import running

CARD = """
[[contestant]]
id = "{id}"
name = "{name}"
organisation = "Test works"
licence = "none"
adapter = "openai_chat"
model = "{model}"
base_url = "{base_url}"
"""


def catalogue(directory: Path, model_server: ModelServer, **models: str) -> Path:
    """Write a catalogue of contestants behind the model server; names are ids in capitals."""
    file = directory / "contestants.toml"
    file.write_text(
        "".join(
            CARD.format(id=id_, name=id_.upper(), model=model, base_url=model_server.base_url)
            for id_, model in models.items()
        )
    )
    return file


def wait_for_votes(page: Page, base: str, votes: int) -> None:
    """Ask for the board until it has these votes; a person would press reload."""
    for _ in range(300):
        if page.request.get(f"{base}/api/v1/boards/text/overall").json()["votes"] == votes:
            return
        page.wait_for_timeout(100)
    pytest.fail(f"the board never had {votes} votes")


def test_ask_vote_reveal_and_the_board_moves(
    page: Page, tmp_path: Path, model_server: ModelServer
) -> None:
    file = catalogue(tmp_path, model_server, ada="plain:ada", bob="slow:bob")
    with running("serve", "--data", tmp_path, "--contestants", file) as server:
        arena = BattlePage(page, server.base).open()
        arena.ask("What is 6 times 7?")
        for side in "ab":
            expect(arena.answer(side)).to_contain_text("Here is my answer")
        expect(arena.battle).to_have_attribute("data-state", "votable", timeout=20_000)
        assert "ADA" not in page.content()
        assert "BOB" not in page.content()
        page.keyboard.press("1")
        expect(arena.battle).to_have_attribute("data-state", "voted")
        names = {
            name
            for side in "ab"
            for name in ("ADA", "BOB")
            if name in (arena.heading(side).text_content() or "")
        }
        assert names == {"ADA", "BOB"}
        page.reload()
        expect(arena.battle).to_have_attribute("data-state", "voted")
        wait_for_votes(page, server.base, 1)
        page.goto(f"{server.base}/leaderboard")
        expect(page.get_by_text("ADA", exact=True)).to_be_visible()
        expect(page.get_by_text("BOB", exact=True)).to_be_visible()


def test_nothing_the_browser_receives_before_the_vote_names_anybody(
    page: Page, tmp_path: Path, model_server: ModelServer
) -> None:
    """Record what comes over the wire: bodies, headers and every server-sent event."""
    file = catalogue(tmp_path, model_server, zanzibar="thinker:quetzal", tuvalu="plain:quetzal")
    received: list[str] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.eventSourceMessageReceived", lambda event: received.append(str(event)))
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))  # noqa: PLW0108  # builtins take no mark
    with running("serve", "--data", tmp_path, "--contestants", file) as server:
        arena = BattlePage(page, server.base).open()
        arena.ask("What is 6 times 7?")
        expect(arena.battle).to_have_attribute("data-state", "votable")
        expect(arena.answer("a").locator("code").first).to_be_visible()
        for response in responses:
            received.append(f"{response.url} {response.all_headers()}")
            if "events" not in response.url:
                received.append(response.text())
        page.reload()
        expect(arena.battle).to_have_attribute("data-state", "votable")
        received.append(page.content())
        everything = " ".join(received).lower()
        assert "my answer" in everything
        names = ("zanzibar", "tuvalu", "quetzal", "test works")
        assert [name for name in names if name in everything] == []


def test_one_side_fails_and_a_retry_mends_it(
    page: Page, tmp_path: Path, model_server: ModelServer
) -> None:
    file = catalogue(tmp_path, model_server, ada="plain:ada", bob="status-400-once:bob")
    with running("serve", "--data", tmp_path, "--contestants", file) as server:
        arena = BattlePage(page, server.base).open()
        arena.ask("What is 6 times 7?")
        expect(arena.battle).to_have_attribute("data-state", "broken")
        expect(page.get_by_text("This side could not answer.").first).to_be_visible()
        arena.retry_button.first.click()
        expect(arena.battle).to_have_attribute("data-state", "votable")
        arena.vote("tie")
        expect(arena.battle).to_have_attribute("data-state", "voted")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, model_server: ModelServer) -> Iterator[str]:
    """A server of two that answer plainly; each test comes as a person of its own."""
    data = tmp_path_factory.mktemp("plain")
    file = catalogue(data, model_server, ada="plain:ada", bob="plain:bob")
    with running("serve", "--data", data, "--contestants", file) as server:
        yield server.base


def test_an_old_page_shows_the_newer_turn_before_it_is_voted_on(page: Page, plain: str) -> None:
    old = BattlePage(page, plain).open()
    old.ask("What is 6 times 7?")
    expect(old.battle).to_have_attribute("data-state", "votable")
    new = BattlePage(page.context.new_page(), page.url).open("")
    new.follow_up("And 7 times 8?")
    expect(new.page.locator("battle-turn")).to_have_count(2)
    expect(new.battle).to_have_attribute("data-state", "votable")
    old.vote("a")
    expect(old.notice).to_contain_text("on turn 1, and the battle is at turn 2")
    expect(old.page.get_by_text("And 7 times 8?")).to_be_visible()
    battle = page.url.removeprefix(plain)
    assert page.request.get(f"{plain}/api/v1{battle}").json()["vote"] is None
    old.vote("b")
    expect(old.battle).to_have_attribute("data-state", "voted")


def test_a_vote_whose_reply_was_lost_stands_whatever_is_pressed_then(
    page: Page, plain: str
) -> None:
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    arena = BattlePage(page, plain).open()
    arena.ask("What is 6 times 7?")
    expect(arena.battle).to_have_attribute("data-state", "votable")
    page.route("**/vote", lose, times=1)
    arena.vote("a")
    expect(arena.notice).to_be_visible()
    arena.vote("b")
    expect(arena.battle).to_have_attribute("data-state", "voted")
    preferred = page.get_by_text("You preferred").text_content() or ""
    (name,) = (name for name in ("ADA", "BOB") if name in preferred)
    expect(arena.heading("a")).to_contain_text(name)
