"""axe-core finds nothing to complain about, on any page, in any state, light or dark."""

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from browser.battle_page import BattlePage
from browser.standin import StandIn, standing_in
from catalogue_file import write_catalogue
from model_server import ModelServer
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

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = pytest.mark.parametrize("width", [390, 1440])

RUN = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();  // observers of sizes are told at the end of a frame
  await frame();
  const { violations } = await axe.run({ resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target} ${failureSummary}`));
}"""


def violations(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN)
    return found


def violations_in_both_schemes(page: Page) -> list[str]:
    """Look at a page in light and in dark; each violation says in which it is."""
    found = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {violation}" for violation in violations(page)]
    return found


def show(page: Page, width: int) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 860})


@pytest.fixture(scope="module")
def pages() -> Iterator[str]:
    """An arena whose pages are only read."""
    with standing_in() as stand_in:
        yield stand_in.url


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
def test_pages_have_no_violations(page: Page, pages: str, path: str) -> None:
    for width in (390, 1440):
        show(page, width)
        page.goto(pages + path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert violations_in_both_schemes(page) == [], f"{width} wide"


CONSENT = """
[consent]
version = "2026-11"
text = "Questions, answers and votes may be published as open data."
"""


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory, model_server: ModelServer) -> Iterator[str]:
    """A server whose arena asks for consent."""
    directory = tmp_path_factory.mktemp("asking")
    text = resources.files("tiltyard.arena") / "definitions" / "text.toml"
    file = directory / "text.toml"
    file.write_text(text.read_text() + CONSENT)
    catalogue = write_catalogue(directory, model_server.base_url, "plain", "plain")
    options = ("--data", directory / "data", "--contestants", catalogue)
    with running("serve", *options, TILTYARD_ARENAS=str(file)) as server:
        yield server.base


@WIDTHS
def test_what_may_be_published_has_no_violations_before_and_after_the_choice(
    page: Page, asking: str, width: int
) -> None:
    show(page, width)
    page.goto(f"{asking}/your-data")
    for button in ("Do not publish my battles", "Let my battles be published"):
        expect(page.get_by_role("button", name=button)).to_be_visible()
        assert violations_in_both_schemes(page) == []
        page.get_by_role("button", name=button).click()


@WIDTHS
def test_my_battles_have_no_violations_before_and_after_one_is_forgotten(
    page: Page, asking: str, width: int
) -> None:
    show(page, width)
    battle = BattlePage(page, asking).open()
    battle.ask("Why is the sky blue?")
    expect(battle.vote_button("a")).to_be_enabled()
    battle.vote("a")
    expect(page.get_by_text("You preferred")).to_be_visible()
    assert violations_in_both_schemes(page) == [], "revealed"
    page.get_by_role("link", name="Forget this battle").click()
    expect(page.get_by_role("heading", name="Forget this battle?")).to_be_visible()
    assert violations_in_both_schemes(page) == [], "asked once more"
    page.get_by_role("link", name="Keep it").click()
    page.get_by_role("link", name="Your battles").first.click()
    expect(page.get_by_role("link", name="Why is the sky blue?", exact=True)).to_be_visible()
    assert violations_in_both_schemes(page) == [], "listed"
    page.get_by_role("link", name="Forget Why is the sky blue?").click()
    page.get_by_role("button", name="Forget this battle").click()
    expect(page.get_by_role("status")).to_have_text("That battle is forgotten.")
    assert violations_in_both_schemes(page) == [], "forgotten"


@WIDTHS
def test_a_battle_has_no_violations_in_any_state(
    battle: BattlePage, arena: StandIn, width: int
) -> None:
    show(battle.page, width)
    battle.open().ask("Why is the sky blue?")
    expect(battle.battle).to_be_visible()
    assert violations_in_both_schemes(battle.page) == [], "waiting"
    arena.say("a", ANSWER)
    arena.say("b", ANSWER)
    expect(battle.answer("a").locator(".katex")).to_have_count(1)
    expect(battle.answer("b").locator(".hljs-number")).to_have_count(1)
    assert violations_in_both_schemes(battle.page) == [], "streaming"
    arena.fail("a")
    arena.finish("b")
    expect(battle.retry_button).to_be_enabled()
    assert violations_in_both_schemes(battle.page) == [], "failed"
    battle.retry_button.click()
    expect(battle.heading("a")).to_contain_text("Thinking")
    arena.finish("a")
    expect(battle.vote_button("a")).to_be_enabled()
    assert violations_in_both_schemes(battle.page) == [], "votable"
    battle.vote("a")
    expect(battle.heading("a")).to_contain_text("Heron")
    assert violations_in_both_schemes(battle.page) == [], "revealed"
