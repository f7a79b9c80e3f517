"""Answers on the page while they grow: nothing flickers, nothing jumps, nothing foreign loads."""

from playwright.sync_api import Page, expect

from browser.battle_page import BattlePage
from browser.standin import StandIn

WATCH = """() => {
  const answer = document.querySelector('.answer[data-side="a"] > markdown-text');
  window.first = answer.children[0];
  window.changes = 0;
  new MutationObserver((records) => {
    for (const { target } of records) if (window.first.contains(target)) window.changes += 1;
  }).observe(answer, { subtree: true, childList: true, characterData: true, attributes: true });
}"""

SHIFTS = """() => {
  window.shifts = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.shifts += entry.value;
  }).observe({ type: "layout-shift" });
}"""

MATH = r"""
Vectors $\vec{v}$ and roots $\sqrt{x^2+1}$, bold \(\pmb{x}\), a box $\fcolorbox{red}{white}{y}$.

$$\begin{pmatrix} a & b \\ c & d \end{pmatrix} \overbrace{x+y}^{n}$$

And TeX that nobody can read: $\frac{1$.
"""

AWAY_FROM_THE_END = """() => {
  const edge = (name, side) => document.querySelector(name).getBoundingClientRect()[side];
  return edge("battle-turn", "bottom") - edge(".dock", "top") > 200;
}"""

CODE = "```python\ndef area(r: float) -> float:\n    return 3.14159 * r ** 2  # {}\n```\n".format(
    "a remark that is much longer than any pane is wide " * 6
)


def started(battle: BattlePage) -> BattlePage:
    battle.open().ask("Why is the sky blue?")
    expect(battle.battle).to_be_visible()
    return battle


def test_a_finished_block_is_never_touched_again(battle: BattlePage, arena: StandIn) -> None:
    started(battle)
    arena.say("a", "The **first** paragraph.\n\nThe second")
    expect(battle.answer("a").locator("p")).to_have_count(2)
    battle.page.evaluate(WATCH)
    for word in (
        " grows",
        " and",
        " grows.\n\n",
        "- a list\n",
        "- of two\n",
        "\n```\nx = 1\n```\n",
    ):
        arena.say("a", word)
    arena.say("b", "Done here.")
    arena.finish("a", "b")
    expect(battle.answer("a").locator("pre")).to_contain_text("x = 1")
    expect(battle.vote_button("a")).to_be_enabled()
    assert battle.page.evaluate("window.first.isConnected")
    assert battle.page.evaluate("window.changes") == 0


def test_a_growing_code_block_keeps_its_element_and_scroll(
    battle: BattlePage, arena: StandIn
) -> None:
    started(battle)
    arena.say("a", CODE[:-40])
    code = battle.answer("a").locator("pre")
    expect(code.locator(".hljs-keyword").first).to_be_visible()
    code.evaluate("pre => { window.pre = pre; pre.scrollLeft = 120; }")
    arena.say("a", CODE[-40:] + "\nAfter it.")
    expect(battle.answer("a")).to_contain_text("After it.")
    assert code.evaluate("pre => pre === window.pre")
    assert code.evaluate("pre => pre.scrollLeft") == 120


def test_the_page_does_not_shift_while_answers_stream(battle: BattlePage, arena: StandIn) -> None:
    started(battle)
    battle.page.evaluate(SHIFTS)
    paragraph = "Light is scattered by molecules, and blue light the most. " * 8
    for number in range(12):
        arena.say("a", f"{paragraph}\n\n")
        arena.say("b", f"- {paragraph}\n")
        expect(battle.answer("b").locator("li")).to_have_count(number + 1)
    arena.say("a", MATH + CODE)
    arena.finish("a", "b")
    expect(battle.answer("a").locator(".katex").first).to_be_visible()
    expect(battle.vote_button("a")).to_be_enabled()
    assert battle.page.evaluate("window.shifts") < 0.01


def test_math_is_typeset_under_the_content_security_policy(
    battle: BattlePage, arena: StandIn
) -> None:
    started(battle)
    arena.say("a", MATH)
    arena.finish("a", "b")
    answer = battle.answer("a")
    expect(answer.locator(".katex")).to_have_count(5)
    expect(answer.locator(".katex-display, [data-display] .katex")).not_to_have_count(0)
    accent = answer.locator(".katex-overlay svg, .overlay svg").first
    assert accent.evaluate("svg => svg.style.width").endswith("em")
    expect(answer.locator(".math-unreadable")).to_have_text("\\frac{1")


def test_parts_that_are_not_needed_are_not_loaded(battle: BattlePage, arena: StandIn) -> None:
    loaded: list[str] = []
    battle.page.on("request", lambda request: loaded.append(request.url))
    started(battle)
    arena.say("a", "Plain words.")
    expect(battle.answer("a")).to_have_text("Plain words.")
    assert not [url for url in loaded if "typeset" in url or "highlight" in url or "math" in url]
    arena.say("a", "\n\n$x$ and\n\n```python\nx = 1\n```\n")
    expect(battle.answer("a").locator(".katex")).to_be_visible()
    expect(battle.answer("a").locator(".hljs-number")).to_be_visible()
    assert all(url.startswith(arena.url) for url in loaded)


def test_long_lines_of_code_scroll_inside_their_block(battle: BattlePage, arena: StandIn) -> None:
    battle.page.set_viewport_size({"width": 360, "height": 740})
    started(battle)
    arena.say("a", CODE)
    arena.finish("a", "b")
    code = battle.answer("a").locator("pre")
    expect(code).to_be_visible()
    assert code.evaluate("pre => pre.scrollWidth > pre.clientWidth")
    assert battle.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_code_can_be_copied(battle: BattlePage, arena: StandIn, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    started(battle)
    arena.say("a", "```sh\nmake demo\n```\n")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "make demo\n"


def test_hostile_text_stays_text(battle: BattlePage, arena: StandIn) -> None:
    started(battle)
    arena.say(
        "a",
        '<img src=x onerror="document.title=1"><style>*{}</style> [x](data:text/html,x)',
    )
    arena.finish("a", "b")
    expect(battle.answer("a")).to_contain_text("<img src=x")
    expect(battle.answer("a").locator("img, style, a")).to_have_count(0)


def test_right_to_left_answers_read_right_to_left(battle: BattlePage, arena: StandIn) -> None:
    started(battle)
    arena.say("a", "السماء زرقاء بسبب تشتت الضوء.\n\nAnd an English line.\n")
    arena.finish("a", "b")
    lines = battle.answer("a").locator("p")
    expect(lines).to_have_count(2)
    assert lines.nth(0).evaluate("p => getComputedStyle(p).direction") == "rtl"
    assert lines.nth(1).evaluate("p => getComputedStyle(p).direction") == "ltr"


def test_the_page_follows_growing_text_only_for_a_reader_at_its_end(
    battle: BattlePage, arena: StandIn
) -> None:
    page = started(battle).page
    lines = "".join(f"Line {number}.\n\n" for number in range(60))
    arena.say("a", lines)
    expect(battle.answer("a")).to_contain_text("Line 59.")
    assert page.evaluate("scrollY") == 0
    battle.answer("a").get_by_text("Line 59.").scroll_into_view_if_needed()
    page.mouse.move(300, 300)
    page.mouse.wheel(0, 10_000)
    page.wait_for_function("scrollY > 0 && scrollY + innerHeight >= document.body.scrollHeight - 2")
    arena.say("a", lines + "The end.")
    expect(battle.answer("a").get_by_text("The end.")).to_be_in_viewport()
    page.mouse.wheel(0, -900)
    page.wait_for_function(AWAY_FROM_THE_END)
    before = page.evaluate("scrollY")
    arena.say("a", lines + "Really.")
    expect(battle.answer("a")).to_contain_text("Really.")
    assert page.evaluate("scrollY") == before


def test_a_formula_beyond_measure_does_not_stop_the_next(
    battle: BattlePage, arena: StandIn
) -> None:
    started(battle)
    nested = "{" * 20_000 + "}" * 20_000
    arena.say("a", f"First $x^2$, then ${nested}$, and last $y^2$.")
    expect(battle.answer("a").locator(".katex")).to_have_count(2)


def test_a_link_leads_away_or_nowhere(battle: BattlePage, arena: StandIn) -> None:
    started(battle)
    arena.say("a", "[in](/api/v1/battles) [near](//evil.example/x) [out](https://example.org/)")
    arena.finish("a", "b")
    expect(battle.answer("a").locator("a[href]")).to_have_count(1)
