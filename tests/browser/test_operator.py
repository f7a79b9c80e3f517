"""The operator's page in a browser: by keyboard, live, paused, and without JavaScript."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.scripted_watch import (
    FAULTY,
    LABELS,
    RESTING,
    SERVERS,
    TOKEN,
    UNHEARD_OF,
    UNKNOWN_END,
    ScriptedWatch,
    boards_done,
)
from browser.standin import StandIn
from browser.test_accessibility import show, violations_in_both_schemes
from tiltyard.worker.label_status import LabelStatus
from tiltyard_process import running

WIDTHS = [390, 1280]
A_MINUTE = 60_000
"""In milliseconds; the page looks thirty times in it, if it does."""
FEW = 5


def sign_in(page: Page, base: str, token: str = TOKEN) -> None:
    """Go to the page and sign in by keyboard."""
    page.goto(f"{base}/operator")
    page.get_by_label("The operator's token").focus()
    page.keyboard.type(token)
    page.keyboard.press("Enter")


def quiet(watch: ScriptedWatch) -> None:
    watch.told, watch.asked = RESTING, []
    watch.labels.known = LabelStatus(0, LABELS.labellers[-1:], models=[], vectors=[])


def among_others(watch: ScriptedWatch) -> None:
    watch.present, watch.told, watch.server = SERVERS, UNHEARD_OF, 2


def faulty(watch: ScriptedWatch) -> None:
    watch.told = FAULTY


def unknown_end(watch: ScriptedWatch) -> None:
    watch.told = UNKNOWN_END


def busy(watch: ScriptedWatch) -> None:
    watch.told = boards_done(24)


STATES = pytest.mark.parametrize("state", [busy, quiet, among_others, faulty, unknown_end])


@STATES
def test_no_state_has_violations_or_scrolls_sideways(
    page: Page, arena: StandIn, state: Callable[[ScriptedWatch], None]
) -> None:
    state(arena.watch)
    sign_in(page, arena.url)
    worker = page.get_by_role("heading", name="Worker")
    expect(worker).to_be_visible()
    for width in WIDTHS:
        show(page, width)
        page.reload()
        expect(worker).to_be_visible()
        assert violations_in_both_schemes(page) == [], f"{width} wide"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


@pytest.mark.parametrize("width", WIDTHS)
def test_signing_in_has_no_violations(page: Page, arena: StandIn, width: int) -> None:
    show(page, width)
    page.goto(f"{arena.url}/operator")
    assert violations_in_both_schemes(page) == []
    sign_in(page, arena.url, "a wrong one")
    expect(page.get_by_role("alert")).to_contain_text("That is not the token")
    expect(page.get_by_label("The operator's token")).to_be_focused()
    assert violations_in_both_schemes(page) == []


def test_the_bar_moves_while_somebody_looks_and_nothing_jumps(page: Page, arena: StandIn) -> None:
    sign_in(page, arena.url)
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("value", "24")
    page.evaluate(WATCH_SHIFTS)
    link = page.get_by_role("link", name="text").first
    link.focus()
    arena.watch.told = boards_done(36)
    expect(bar).to_have_attribute("value", "36")
    expect(page.get_by_text("36 of 60")).to_be_visible()
    arena.watch.told = RESTING
    expect(page.get_by_text("Resting")).to_be_visible()
    expect(bar).to_have_count(0)
    expect(link).to_be_focused()
    assert page.evaluate("shifts") == 0


WATCH_SHIFTS = """() => {
  window.shifts = 0;
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) window.shifts += shift.value;
  }).observe({ type: "layout-shift" });
}"""


def test_numbers_stay_while_paused_and_are_asked_for_at_once_after(
    page: Page, arena: StandIn
) -> None:
    page.clock.install()
    sign_in(page, arena.url)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("status")).to_contain_text("Paused")
    looks = arena.watch.looks
    arena.watch.told = boards_done(59)
    page.clock.run_for(A_MINUTE)
    expect(page.get_by_text("24 of 60")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("59 of 60")).to_be_visible()
    expect(page.get_by_role("status")).to_be_empty()
    assert arena.watch.looks - looks < FEW


def test_a_hidden_page_asks_for_nothing(page: Page, arena: StandIn) -> None:
    page.clock.install()
    sign_in(page, arena.url)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    looks = arena.watch.looks
    arena.watch.told = boards_done(59)
    page.clock.run_for(A_MINUTE)
    expect(page.get_by_text("24 of 60")).to_be_visible()
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_text("59 of 60")).to_be_visible()
    assert arena.watch.looks - looks < FEW


def test_a_session_that_ended_shows_the_form_by_itself(page: Page, arena: StandIn) -> None:
    sign_in(page, arena.url)
    expect(page.get_by_text("24 of 60")).to_be_visible()
    page.context.clear_cookies(name="tiltyard_operator")
    expect(page.get_by_label("The operator's token")).to_be_visible()


def test_a_server_that_does_not_answer_leaves_the_numbers_and_says_so(
    page: Page, arena: StandIn
) -> None:
    sign_in(page, arena.url)
    expect(page.get_by_text("24 of 60")).to_be_visible()
    page.route("**/operator/worker", lambda route: route.abort())
    expect(page.get_by_role("status")).to_contain_text("The server does not answer")
    expect(page.get_by_text("24 of 60")).to_be_visible()
    page.unroute("**/operator/worker")
    expect(page.get_by_role("status")).to_be_empty()


def test_without_javascript_everything_is_there_and_can_be_looked_at_again(
    chromium: Browser, arena: StandIn
) -> None:
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        sign_in(page, arena.url)
        expect(page.get_by_text("24 of 60")).to_be_visible()
        arena.watch.told = boards_done(59)
        page.get_by_role("link", name="Look again").click()
        expect(page.get_by_text("59 of 60")).to_be_visible()
        expect(page.get_by_role("button", name="Pause")).to_have_count(0)
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_label("The operator's token")).to_be_visible()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("operator")
    with running("demo", "--data", data, TILTYARD_OPERATOR_TOKEN=TOKEN) as server:
        yield server.base


def test_a_real_server_shows_how_it_is_doing(page: Page, served: str) -> None:
    sign_in(page, served)
    expect(page.get_by_text("600 settled battles to label")).to_be_visible()
    row = page.get_by_role("row", name="language")
    expect(row).to_contain_text("600")
    expect(page.get_by_text("this server", exact=True)).to_be_visible()
    looked = page.locator("dd > time").last
    before = looked.text_content() or ""
    expect(looked).not_to_have_text(before)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("The operator's token")).to_be_visible()
