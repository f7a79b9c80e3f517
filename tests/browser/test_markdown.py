"""How an answer's Markdown becomes HTML, whole and while it grows."""

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.battle_page import BattlePage
from browser.standin import StandIn

BLOCKS = """async ([text, streaming]) => {
  const { BlockSplitter } = await import("/static/built/battle.js");
  return new BlockSplitter().split(text, streaming);
}"""

GROWING = """async ([text, step]) => {
  const { BlockSplitter } = await import("/static/built/battle.js");
  const splitter = new BlockSplitter();
  const views = [];
  for (let end = step; end < text.length + step; end += step) {
    views.push(splitter.split(text.slice(0, end), true).join(""));
  }
  return [views, splitter.split(text, false).join("")];
}"""

ANSWER = r"""# A title

A paragraph with **bold**, *slanted* and `code` words, and a [link](https://example.org/a).

- one
- two with $e^{i\pi}$ in it
  1. nested
  2. **nested bold**

| a | b |
|--|--:|
| 1 | 2 |

$$\int_0^1 x^2\,dx = \tfrac13$$

```python
def f(*args, **kwargs):
    return "* not bold **"

print(f())
```

Last words, after \[ a_b \] and a reference to [notes].

[notes]: https://example.org/notes
"""


@pytest.fixture
def module_page(page: Page, arena: StandIn) -> Page:
    page.goto(arena.url + "/boards/text/overall")
    return page


def rendered(page: Page, text: str, *, streaming: bool = False) -> str:
    blocks: list[str] = page.evaluate(BLOCKS, [text, streaming])
    return "".join(blocks)


@pytest.mark.parametrize(
    ("source", "tex"),
    [
        (r"so $x^2\,dx$ it is", r"x^2\,dx"),
        (r"so \(a \\ b\) it is", r"a \\ b"),
        (r"so $$\frac{1}{2}$$ it is", r"\frac{1}{2}"),
        (r"$a_1 * b_2 * c$", r"a_1 * b_2 * c"),
        ("\\[\n\\sum_i\nx_i\n\\]", "\\sum_i\nx_i"),
        ("text before\n$$\ny = 1\n$$\nand after", "y = 1"),
        ("1. item\n\n   $$z$$\n", "z"),
        (r"$\text{a \$ b}$", r"\text{a \$ b}"),
    ],
)
def test_math_keeps_every_backslash(module_page: Page, source: str, tex: str) -> None:
    assert f'data-tex="{tex}"' in rendered(module_page, source)


@pytest.mark.parametrize(
    "source",
    [
        "It costs $5 and $6.",
        "From $5-$10 a day",
        "US$5 or A$6",
        r"an escaped \$x\$ pair",
        "`$x$` is code",
        "a lone $ sign",
        "$$ never closed",
        "```\n$$x$$\n```",
    ],
)
def test_prices_and_code_are_no_math(module_page: Page, source: str) -> None:
    html = rendered(module_page, source)
    assert "data-tex" not in html
    assert "$" in html


def test_html_stays_text(module_page: Page) -> None:
    html = rendered(module_page, "<img src=x onerror=alert(1)> <b>bold</b>")
    assert "<img" not in html
    assert "&lt;b&gt;bold" in html


def test_pictures_become_links_and_links_open_elsewhere(module_page: Page) -> None:
    html = rendered(module_page, "![a cat](https://example.org/cat.png) [x](https://example.org/)")
    assert "<img" not in html
    assert '<a href="https://example.org/cat.png" target="_blank" rel="noopener' in html
    assert html.count('rel="noopener noreferrer nofollow"') == 2
    assert ">a cat</a>" in html


def test_links_that_run_script_are_not_made(module_page: Page) -> None:
    assert "<a" not in rendered(module_page, "[x](javascript:alert(1))")


@pytest.mark.parametrize("step", [1, 3, 7, 40])
def test_growing_text_ends_as_the_same_text_at_once(module_page: Page, step: int) -> None:
    _, final = module_page.evaluate(GROWING, [ANSWER, step])
    assert final == rendered(module_page, ANSWER)
    assert final.count("data-tex") == 3
    assert '<a href="https://example.org/notes"' in final


def test_a_large_table_followed_by_words_is_no_puzzle(module_page: Page) -> None:
    """A pattern that backtracks would need longer than the universe for these rows."""
    table = "".join("|" + " cell |" * 10 + "\n" for _ in range(30))
    text = table.replace("\n", "\n|" + "---|" * 10 + "\n", 1) + "\nWords after it."
    views, final = module_page.evaluate(GROWING, [text, 5])
    assert final.count("<tr>") == 30
    assert views[-1] == final


def test_growing_text_never_shows_marks_that_it_will_take_back(module_page: Page) -> None:
    views, _ = module_page.evaluate(GROWING, [ANSWER.partition("```")[0], 1])
    for view in views:
        shown = view.replace("data-tex", "")
        assert "**" not in shown
        assert "](" not in shown
        assert "<p>|" not in shown
        assert "<p>$" not in shown
        assert "level-2" not in shown


def test_code_that_is_not_yet_closed_is_shown_as_code(module_page: Page) -> None:
    html = rendered(module_page, "```python\nx = 1\n``", streaming=True)
    assert html.count("<pre") == 1
    assert "``" not in html


def test_math_that_is_not_yet_closed_holds_its_place(module_page: Page) -> None:
    assert "math-pending" in rendered(module_page, r"so \(\frac{1}{", streaming=True)
    assert "math-pending" in rendered(module_page, "$$\n\\sum", streaming=True)
    assert "math-pending" not in rendered(module_page, "it costs $5 and", streaming=True)


def test_blocks_that_are_finished_come_out_the_same_in_every_view(module_page: Page) -> None:
    views, _ = module_page.evaluate(GROWING, [ANSWER, 5])
    title = '<h4 class="level-1">A title</h4>\n'
    assert all(view.startswith(title) for view in views[3:])


def shown(battle: BattlePage, arena: StandIn, text: str) -> Locator:
    """Let a side answer, and give the part of the page that shows it."""
    battle.open().ask("Why?")
    expect(battle.battle).to_be_visible()
    arena.say("a", text)
    arena.finish("a", "b")
    expect(battle.battle).to_have_attribute("data-state", "votable")
    return battle.answer("a")


def test_a_list_on_the_page_begins_where_the_answer_begins_it(
    battle: BattlePage, arena: StandIn
) -> None:
    items = shown(battle, arena, "3. three\n4. four").locator("ol")
    expect(items).to_have_js_property("start", 3)


def test_a_link_on_the_page_opens_elsewhere(battle: BattlePage, arena: StandIn) -> None:
    link = shown(battle, arena, "[x](https://example.org/a)").get_by_role("link", name="x")
    expect(link).to_have_attribute("href", "https://example.org/a")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")


def test_code_and_tables_on_the_page_are_reached_by_keyboard(
    battle: BattlePage, arena: StandIn
) -> None:
    answer = shown(battle, arena, "```python\nx = 1\n```\n\n| a |\n|---|\n| 1 |\n")
    code = answer.get_by_role("group", name="Code")
    expect(code).to_have_attribute("tabindex", "0")
    expect(code).to_have_attribute("dir", "ltr")
    expect(answer.get_by_role("button", name="Copy")).to_have_attribute("type", "button")
    expect(answer.get_by_role("group", name="Table")).to_have_attribute("tabindex", "0")


@pytest.mark.parametrize("address", ["/api/v1/battles", "//example.org", "data:text/html,x"])
def test_a_link_on_the_page_leads_nowhere_but_to_the_open_web(
    battle: BattlePage, arena: StandIn, address: str
) -> None:
    answer = shown(battle, arena, f"[x]({address}) and words")
    expect(answer).to_contain_text("and words")
    expect(answer.locator("[href]")).to_have_count(0)
