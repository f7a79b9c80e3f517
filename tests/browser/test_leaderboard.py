"""The leaderboard in a browser, with and without JavaScript, and the choice of light or dark."""

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.standin import StandIn
from browser.test_accessibility import violations


def names(page: Page) -> list[str]:
    return page.locator(".board-table .model-name").all_text_contents()


def test_columns_can_be_sorted_both_ways(page: Page, arena: StandIn) -> None:
    page.goto(arena.url + "/leaderboard")
    by_rank = names(page)
    page.get_by_role("button", name="Battles").click()
    expect(page.get_by_role("columnheader", name="Battles")).to_have_attribute(
        "aria-sort", "descending"
    )
    assert names(page)[0] == "Siskin"
    page.get_by_role("button", name="Battles").click()
    assert names(page)[0] == "Rook"
    page.get_by_role("button", name="Model").click()
    assert names(page) == sorted(by_rank)
    page.get_by_role("button", name="Rank").click()
    assert sorted(names(page)[:1]) == ["Heron"]


def test_without_javascript_everything_is_there(chromium: Browser, arena: StandIn) -> None:
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(arena.url + "/leaderboard")
        assert names(page)[0] == "Heron"
        expect(page.get_by_role("row")).to_have_count(8)
        page.get_by_text("How to read this").click()
        expect(page.get_by_text("95 % interval:")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/battles/6f1c"])
def test_without_javascript_a_battle_says_what_it_needs(
    chromium: Browser, arena: StandIn, path: str
) -> None:
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(arena.url + path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_text("A battle needs JavaScript")).to_be_visible()


@pytest.mark.parametrize("path", ["/boards/text/overall", "/exposure?arena=vision"])
def test_several_arenas_fit_and_have_no_violations(page: Page, arena: StandIn, path: str) -> None:
    arena.pages.add_arena()
    arenas = page.get_by_role("navigation", name="Arenas")
    for width in (320, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(arena.url + path)
        expect(arenas.get_by_role("link")).to_have_count(2)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert violations(page) == [], f"{width} wide"


def test_the_header_says_that_it_is_a_demo_and_has_room_for_it(page: Page, arena: StandIn) -> None:
    nav = page.get_by_role("navigation", name="Main")
    for width in (320, 360, 390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(arena.url + "/leaderboard")
        expect(page.locator(".site-header .badge")).to_be_visible()
        assert nav.evaluate("nav => nav.scrollWidth <= nav.clientWidth"), f"{width} wide"


def test_nothing_scrolls_sideways(page: Page, arena: StandIn) -> None:
    for width in (320, 360, 390, 768, 1600):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(arena.url + "/leaderboard")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


def test_the_theme_follows_the_system_until_it_is_chosen(page: Page, arena: StandIn) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(arena.url + "/leaderboard")
    light = background(page)
    page.get_by_role("button", name="Switch to dark").click()
    dark = background(page)
    assert dark != light
    page.goto(arena.url + "/")
    assert background(page) == dark
    page.get_by_role("button", name="Switch to light").click()
    page.emulate_media(color_scheme="dark")
    assert background(page) == dark


def background(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    return colour
