"""axe-core finds nothing to complain about, on any page, in any state, light or dark."""

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from browser.battle_page import BattlePage
from browser.standin import StandIn
from tiltyard_process import running

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"

ANSWER = """A title
===

- **one** and `code`
- [two](https://example.org/)

### A heading that skips a level

```python
x = 1  # one
what_a_long_line = "that no pane of these widths can show" + " without scrolling" + " to its end"
```

| a | b |
|---|--:|
| 1 | 2 |

$$x^2$$
"""

SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
WIDTHS = pytest.mark.parametrize("width", [390, 1440])

Scheme = Literal["light", "dark"]


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(
        """async () => (await axe.run()).violations.flatMap(({ id, nodes }) =>
             nodes.map(({ target, failureSummary }) => `${id} ${target} ${failureSummary}`))"""
    )
    return found


def show(page: Page, scheme: Scheme, width: int) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 860})


@SCHEMES
@WIDTHS
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/boards/text/overall",
        "/boards/text/overall?at=2026-11-20T12:00",
        "/boards/text/overall/history",
        "/boards/text/nonsense",
        "/boards/text/overall/value",
        "/boards/text/overall/value?by=size",
        "/swap?old=rook&new=heron",
        "/topics",
        "/my-board",
        "/my-board?group=the-night-shift",
        "/models/kestrel-2",
        "/exposure",
        "/register",
        "/api",
    ],
)
def test_pages_have_no_violations(
    page: Page, arena: StandIn, scheme: Scheme, width: int, path: str
) -> None:
    show(page, scheme, width)
    page.goto(arena.url + path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert violations(page) == []


CONSENT = """
[consent]
version = "2026-11"
text = "Questions, answers and votes may be published as open data."
"""


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose arena asks for consent."""
    directory = tmp_path_factory.mktemp("asking")
    text = resources.files("tiltyard.arena") / "definitions" / "text.toml"
    file = directory / "text.toml"
    file.write_text(text.read_text() + CONSENT)
    with running("demo", "--data", directory / "data", TILTYARD_ARENAS=str(file)) as server:
        yield server.base


@SCHEMES
@WIDTHS
def test_what_may_be_published_has_no_violations_before_and_after_the_choice(
    page: Page, asking: str, scheme: Scheme, width: int
) -> None:
    show(page, scheme, width)
    page.goto(f"{asking}/your-data")
    for button in ("Do not publish my battles", "Let my battles be published"):
        expect(page.get_by_role("button", name=button)).to_be_visible()
        assert violations(page) == []
        page.get_by_role("button", name=button).click()


@SCHEMES
@WIDTHS
def test_my_battles_have_no_violations_before_and_after_one_is_forgotten(
    page: Page, asking: str, scheme: Scheme, width: int
) -> None:
    show(page, scheme, width)
    battle = BattlePage(page, asking).open()
    battle.ask("Why is the sky blue?")
    expect(battle.vote_button("a")).to_be_enabled()
    battle.vote("a")
    expect(page.get_by_text("You preferred")).to_be_visible()
    assert violations(page) == [], "revealed"
    page.get_by_role("link", name="Forget this battle").click()
    expect(page.get_by_role("heading", name="Forget this battle?")).to_be_visible()
    assert violations(page) == [], "asked once more"
    page.get_by_role("link", name="Keep it").click()
    page.get_by_role("link", name="Your battles").first.click()
    expect(page.get_by_role("link", name="Why is the sky blue?", exact=True)).to_be_visible()
    assert violations(page) == [], "listed"
    page.get_by_role("link", name="Forget Why is the sky blue?").click()
    page.get_by_role("button", name="Forget this battle").click()
    expect(page.get_by_role("status")).to_have_text("That battle is forgotten.")
    assert violations(page) == [], "forgotten"


@SCHEMES
@WIDTHS
def test_a_battle_has_no_violations_in_any_state(
    battle: BattlePage, arena: StandIn, scheme: Scheme, width: int
) -> None:
    show(battle.page, scheme, width)
    battle.open().ask("Why is the sky blue?")
    expect(battle.battle).to_be_visible()
    assert violations(battle.page) == [], "waiting"
    arena.say("a", ANSWER)
    arena.say("b", ANSWER)
    expect(battle.answer("a").locator(".katex")).to_have_count(1)
    expect(battle.answer("b").locator(".hljs-number")).to_have_count(1)
    assert violations(battle.page) == [], "streaming"
    arena.fail("a")
    arena.finish("b")
    expect(battle.retry_button).to_be_enabled()
    assert violations(battle.page) == [], "failed"
    battle.retry_button.click()
    expect(battle.heading("a")).to_contain_text("Thinking")
    arena.finish("a")
    expect(battle.vote_button("a")).to_be_enabled()
    assert violations(battle.page) == [], "votable"
    battle.vote("a")
    expect(battle.heading("a")).to_contain_text("Heron")
    assert violations(battle.page) == [], "revealed"
