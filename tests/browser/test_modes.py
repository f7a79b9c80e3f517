"""Modes, votes on turns, giving up, and going on after the reveal, as a person has them."""

import re

import pytest
from playwright.sync_api import expect

from browser.battle_page import BattlePage
from browser.standin import StandIn
from browser.test_accessibility import WIDTHS, show, violations_in_both_schemes


def choose(battle: BattlePage, label: str) -> None:
    battle.page.get_by_role("radio", name=label).check()


def answer(arena: StandIn, battle: BattlePage, *sides: str) -> None:
    expect(battle.battle).to_be_visible()
    for side in sides:
        arena.say(side, f"Words of {side}.")
    arena.finish(*sides)


def answered(battle: BattlePage, arena: StandIn) -> BattlePage:
    battle.open().ask("Why is the sky blue?")
    answer(arena, battle, "a", "b")
    expect(battle.vote_button("a")).to_be_enabled()
    return battle


def test_two_named_models_answer_side_by_side_under_their_names(
    battle: BattlePage, arena: StandIn
) -> None:
    battle.open()
    choose(battle, "Side by side")
    battle.page.get_by_label("Model B").select_option("wren")
    expect(battle.page.get_by_role("option", name="Rook")).to_have_count(0)
    battle.ask("Why?")
    expect(battle.heading("a")).to_contain_text("Heron")
    expect(battle.heading("a")).to_contain_text("Thinking")
    assert arena.battles.models == ["heron", "wren"]
    answer(arena, battle, "a", "b")
    expect(battle.reveal_button).to_have_count(0)
    battle.vote("b")
    expect(battle.page.get_by_text("You preferred Kestrel 2.")).to_be_visible()


def test_one_model_can_be_talked_to_directly(battle: BattlePage, arena: StandIn) -> None:
    battle.open()
    choose(battle, "Direct")
    expect(battle.page.get_by_label("Model", exact=True)).to_have_value("heron")
    battle.ask("Why?")
    answer(arena, battle, "a")
    expect(battle.battle).to_have_attribute("data-state", "open")
    expect(battle.vote_button("a")).to_have_count(0)
    expect(battle.pane("b")).to_have_count(0)
    message = battle.page.get_by_role("textbox", name="Your next message")
    message.fill("And at dusk?")
    message.press("Enter")
    expect(battle.page.get_by_text("And at dusk?")).to_be_visible()
    expect(battle.page.get_by_role("button", name="New battle")).to_have_count(0)
    answer(arena, battle, "a")
    battle.page.get_by_role("button", name="New battle").click()
    expect(battle.question).to_be_focused()


def test_the_modes_can_be_chosen_by_keyboard(battle: BattlePage) -> None:
    battle.open().page.get_by_role("radio", name="Battle").focus()
    battle.page.keyboard.press("ArrowRight")
    expect(battle.page.get_by_role("radio", name="Side by side")).to_be_checked()
    expect(battle.page.get_by_label("Model A")).to_be_enabled()


def test_giving_up_shows_the_names_without_a_vote(battle: BattlePage, arena: StandIn) -> None:
    answered(battle, arena).reveal_button.click()
    expect(battle.heading("a")).to_contain_text("Heron")
    expect(battle.page.get_by_text("Revealed without a vote.")).to_be_visible()
    board = battle.page.locator("battle-dock").get_by_role("link", name="Leaderboard")
    expect(board).to_have_attribute("href", "/boards/text/overall")
    expect(battle.announcement).to_have_text("A was Heron, B was Kestrel 2.")
    assert "vote" not in arena.battles.changes


def test_nobody_gives_up_before_both_have_answered(battle: BattlePage) -> None:
    battle.open().ask("Why?")
    expect(battle.battle).to_be_visible()
    expect(battle.reveal_button).to_have_count(0)


def test_every_turn_has_its_vote_where_the_arena_says_so(
    battle: BattlePage, arena: StandIn
) -> None:
    arena.battles.vote_per = "turn"
    answered(battle, arena).vote("a")
    expect(battle.battle).to_have_attribute("data-state", "turn_voted")
    expect(battle.page.get_by_text("You preferred A.")).to_be_visible()
    assert "Heron" not in battle.page.content()
    battle.follow_up("And at dusk?")
    answer(arena, battle, "a", "b")
    battle.vote("tie")
    battle.page.get_by_role("button", name="Reveal the names").click()
    expect(battle.page.get_by_text("You preferred Heron.")).to_be_visible()
    assert arena.battles.changes.count("vote") == 2


def test_after_the_reveal_the_talk_goes_on_and_says_that_it_does_not_count(
    battle: BattlePage, arena: StandIn
) -> None:
    answered(battle, arena).vote("a")
    go_on = battle.page.get_by_role("textbox", name="Go on with both")
    go_on.fill("And at dusk?")
    go_on.press("Enter")
    expect(battle.page.get_by_text("After the reveal: this does not count.")).to_be_visible()
    answer(arena, battle, "a", "b")
    expect(battle.battle).to_have_attribute("data-state", "voted")
    expect(battle.vote_button("a")).to_have_count(0)


def test_two_others_can_take_over_after_the_reveal(battle: BattlePage, arena: StandIn) -> None:
    answered(battle, arena).vote("a")
    choose(battle, "With two others")
    go_on = battle.page.get_by_role("textbox", name="Go on with two others")
    go_on.fill("And at dusk?")
    go_on.press("Enter")
    expect(battle.page).to_have_url(re.compile(r"/battles/battle-2$"))
    earlier = battle.page.get_by_role("link", name="an earlier battle")
    expect(earlier).to_have_attribute("href", "/battles/battle-1")
    battle.page.go_back()
    expect(battle.page.get_by_text("You preferred Heron.")).to_be_visible()


@WIDTHS
@pytest.mark.parametrize("mode", ["Side by side", "Direct"])
def test_the_modes_have_no_violations(
    battle: BattlePage, arena: StandIn, width: int, mode: str
) -> None:
    show(battle.page, width)
    battle.open()
    choose(battle, mode)
    expect(battle.page.get_by_role("combobox").first).to_be_enabled()
    assert violations_in_both_schemes(battle.page) == [], "choosing"
    battle.ask("Why?")
    answer(arena, battle, *("ab" if mode == "Side by side" else "a"))
    expect(battle.battle).to_have_attribute("data-state", re.compile("votable|open"))
    assert violations_in_both_schemes(battle.page) == [], "answered"


@WIDTHS
def test_going_on_has_no_violations(battle: BattlePage, arena: StandIn, width: int) -> None:
    show(battle.page, width)
    answered(battle, arena).reveal_button.click()
    expect(battle.heading("a")).to_contain_text("Heron")
    assert violations_in_both_schemes(battle.page) == []
    assert battle.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
