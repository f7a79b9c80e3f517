"""A page in a real browser, before the stand-in server, that must not break any rule."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser.battle_page import BattlePage
from browser.standin import StandIn, standing_in

expect.set_options(timeout=20_000)  # milliseconds; a busy machine is not a defect


@pytest.fixture
def arena() -> Iterator[StandIn]:
    with standing_in() as stand_in:
        yield stand_in


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    with chromium.new_context(viewport={"width": 1440, "height": 900}) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which no script may fail and no content security policy be broken."""
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None,
    )
    yield page
    assert faults == []


@pytest.fixture
def battle(page: Page, arena: StandIn) -> BattlePage:
    return BattlePage(page, arena.url)
