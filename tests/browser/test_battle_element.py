"""A battle as a person has it, from the question to the reveal."""

import re

import pytest
from playwright.sync_api import Page, expect

from browser.battle_page import BattlePage
from browser.match import REVEAL
from browser.scripted_pages import MAX_CHARS
from browser.standin import StandIn


def answered(battle: BattlePage, arena: StandIn) -> BattlePage:
    battle.open().ask("Why is the sky blue?")
    expect(battle.battle).to_be_visible()
    arena.say("a", "Because of **scattering**.")
    arena.say("b", "Because the sea is.")
    arena.finish("a", "b")
    expect(battle.vote_button("a")).to_be_enabled()
    return battle


def test_ask_watch_vote_and_learn_who_it_was(battle: BattlePage, arena: StandIn) -> None:
    battle.open().ask("Why is the sky blue?")
    expect(battle.page).to_have_url(re.compile(r"/battles/battle-1$"))
    expect(battle.heading("a")).to_contain_text("Thinking")
    arena.say("a", "Because of ")
    expect(battle.heading("a")).to_contain_text("Answering")
    expect(battle.heading("b")).to_contain_text("Thinking")
    arena.say("a", "**scattering**.")
    arena.say("b", "Because the sea is.")
    expect(battle.answer("a").locator("strong")).to_have_text("scattering")
    expect(battle.vote_button("a")).to_be_disabled()
    arena.finish("a", "b")
    expect(battle.announcement).to_have_text("Both answers are ready. You can vote.")
    battle.vote("a")
    expect(battle.heading("a")).to_contain_text("Heron")
    expect(battle.heading("a")).to_contain_text("Example Works")
    expect(battle.heading("b")).to_contain_text("Hedge Lab")
    expect(battle.heading("b")).to_contain_text("MIT")
    expect(battle.heading("a").get_by_text("demo")).to_be_visible()
    expect(battle.page.get_by_text("You preferred Heron.")).to_be_visible()
    expect(battle.announcement).to_have_text("A was Heron, B was Kestrel 2.")


def test_no_name_is_on_the_page_before_the_vote(battle: BattlePage, arena: StandIn) -> None:
    answered(battle, arena)
    html = battle.page.content()
    assert "Heron" not in html
    assert "Kestrel" not in html


def test_each_key_votes_its_outcome(battle: BattlePage, arena: StandIn) -> None:
    sentences = {
        "1": "You preferred Heron.",
        "ArrowRight": "You preferred Kestrel 2.",
        "=": "You called it a tie.",
        "0": "You found both bad.",
    }
    for key, sentence in sentences.items():
        answered(battle, arena).page.keyboard.press(key)
        expect(battle.page.get_by_text(sentence)).to_be_visible()


def test_keys_rest_while_typing_and_before_both_have_answered(
    battle: BattlePage, arena: StandIn
) -> None:
    battle.open().ask("Why?")
    expect(battle.battle).to_be_visible()
    battle.page.keyboard.press("1")
    arena.finish("a", "b")
    expect(battle.vote_button("a")).to_be_enabled()
    battle.next_message.press_sequentially("1234")
    expect(battle.next_message).to_have_value("1234")
    assert "vote" not in arena.battles.changes
    battle.next_message.press("Escape")
    battle.page.keyboard.press("4")
    expect(battle.page.get_by_text("You preferred Kestrel 2.")).to_be_visible()


def test_a_question_mark_shows_the_keys(battle: BattlePage, arena: StandIn) -> None:
    answered(battle, arena).page.keyboard.press("?")
    dialog = battle.page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("Both bad")
    battle.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_vote_is_sent_once_however_often_it_is_pressed(
    battle: BattlePage, arena: StandIn
) -> None:
    answered(battle, arena)
    arena.hold()
    battle.page.keyboard.press("1")
    battle.page.keyboard.press("2")
    expect(battle.vote_button("b")).to_be_disabled()
    expect(battle.vote_button("a")).to_have_attribute("aria-pressed", "true")
    arena.release()
    expect(battle.page.get_by_text("You preferred Heron.")).to_be_visible()
    assert arena.battles.changes.count("vote") == 1


def test_a_question_is_sent_once_however_often_it_is_pressed(
    battle: BattlePage, arena: StandIn
) -> None:
    battle.open()
    arena.hold()
    battle.question.fill("Why?")
    for _ in range(3):
        battle.question.press("Enter")
    arena.release()
    expect(battle.battle).to_be_visible()
    assert arena.battles.changes == ["open"]


def test_a_question_that_could_not_be_sent_is_still_there(
    battle: BattlePage, arena: StandIn
) -> None:
    arena.refuse_next(503, "The arena is full. Try again in a minute.")
    battle.open().ask("A long question that took effort")
    expect(battle.notice).to_have_text("The arena is full. Try again in a minute.")
    expect(battle.question).to_have_value("A long question that took effort")
    battle.question.press("Enter")
    expect(battle.battle).to_be_visible()


def test_without_a_connection_a_sentence_says_so_and_nothing_is_lost(
    battle: BattlePage, arena: StandIn
) -> None:
    answered(battle, arena)
    battle.page.context.set_offline(True)
    battle.follow_up("And why at sunset?")
    expect(battle.notice).to_contain_text("The arena could not be reached.")
    expect(battle.next_message).to_have_value("And why at sunset?")
    battle.page.context.set_offline(False)
    battle.next_message.press("Enter")
    expect(battle.page.get_by_text("And why at sunset?")).to_be_visible()
    expect(battle.next_message).to_have_value("")


def test_a_refused_vote_says_why_and_can_be_tried_again(battle: BattlePage, arena: StandIn) -> None:
    answered(battle, arena)
    arena.refuse_next(500, "The vote could not be stored. Try again.")
    battle.vote("tie")
    expect(battle.notice).to_have_text("The vote could not be stored. Try again.")
    battle.vote("tie")
    expect(battle.page.get_by_text("You called it a tie.")).to_be_visible()


def test_a_vote_cast_in_another_window_is_shown(battle: BattlePage, arena: StandIn) -> None:
    answered(battle, arena)
    arena.vote_elsewhere("b")
    arena.refuse_next(409, "You have voted on this battle already.")
    battle.vote("a")
    expect(battle.page.get_by_text("You preferred Kestrel 2.")).to_be_visible()
    expect(battle.heading("b")).to_contain_text("Kestrel 2")


def test_a_failed_side_offers_a_retry_and_leaves_the_other_alone(
    battle: BattlePage, arena: StandIn
) -> None:
    battle.open().ask("Why?")
    expect(battle.battle).to_be_visible()
    arena.say("a", "Half a")
    arena.fail("a")
    expect(battle.pane("a")).to_contain_text("This side could not answer.")
    expect(battle.retry_button).to_be_disabled()
    arena.say("b", "All of it.")
    arena.finish("b")
    expect(battle.answer("b")).to_have_text("All of it.")
    expect(battle.vote_button("b")).to_be_disabled()
    battle.retry_button.click()
    expect(battle.heading("a")).to_contain_text("Thinking")
    arena.say("a", "A whole answer.")
    arena.finish("a")
    expect(battle.answer("a")).to_have_text("A whole answer.")
    expect(battle.answer("b")).to_have_text("All of it.")
    expect(battle.vote_button("a")).to_be_enabled()


def test_stop_keeps_what_has_come(battle: BattlePage, arena: StandIn) -> None:
    battle.open().ask("Why?")
    arena_says_something(battle, arena)
    battle.stop_button.click()
    expect(battle.heading("a")).to_contain_text("Stopped")
    expect(battle.answer("a")).to_have_text("It begins")
    expect(battle.vote_button("a")).to_be_enabled()


def arena_says_something(battle: BattlePage, arena: StandIn) -> None:
    expect(battle.battle).to_be_visible()
    arena.say("a", "It begins")
    expect(battle.answer("a")).to_have_text("It begins")


def test_a_follow_up_goes_to_both_sides(battle: BattlePage, arena: StandIn) -> None:
    answered(battle, arena).follow_up("And at sunset?")
    expect(battle.page.locator("battle-turn")).to_have_count(2)
    expect(battle.page.get_by_text("And at sunset?")).to_be_in_viewport()
    arena.say("a", "Then it is red.")
    arena.finish("a", "b")
    expect(battle.answer("a")).to_have_text("Then it is red.")
    expect(battle.page.get_by_text("Because of scattering.")).to_have_count(1)


def test_the_last_turn_takes_no_follow_up(battle: BattlePage, arena: StandIn) -> None:
    arena.battles.max_turns = 1
    answered(battle, arena)
    expect(battle.next_message).to_be_disabled()
    expect(battle.next_message).to_have_attribute("placeholder", "No turns left in this battle")


def test_a_reload_takes_the_battle_up_where_it_is(battle: BattlePage, arena: StandIn) -> None:
    battle.open().ask("Why?")
    arena_says_something(battle, arena)
    battle.page.reload()
    expect(battle.answer("a")).to_have_text("It begins")
    arena.say("a", " and ends.")
    arena.finish("a", "b")
    expect(battle.answer("a")).to_have_text("It begins and ends.")
    battle.vote("both_bad")
    expect(battle.page.get_by_text("You found both bad.")).to_be_visible()
    battle.page.reload()
    expect(battle.heading("a")).to_contain_text("Heron")


def test_a_broken_connection_is_taken_up_without_losing_or_repeating_a_word(
    battle: BattlePage, arena: StandIn
) -> None:
    battle.open().ask("Why?")
    arena_says_something(battle, arena)
    arena.drop_streams()
    arena.say("a", " again")
    arena.drop_streams()
    arena.say("a", " and ends.")
    arena.finish("a", "b")
    expect(battle.answer("a")).to_have_text("It begins again and ends.")
    expect(battle.vote_button("a")).to_be_enabled()


def test_back_and_forward_move_between_the_question_and_the_battle(
    battle: BattlePage, arena: StandIn
) -> None:
    answered(battle, arena).page.go_back()
    expect(battle.question).to_be_visible()
    battle.page.go_forward()
    expect(battle.answer("b")).to_have_text("Because the sea is.")


def test_after_the_vote_a_new_battle_is_one_key_away(battle: BattlePage, arena: StandIn) -> None:
    answered(battle, arena).vote("a")
    expect(battle.heading("a")).to_contain_text("Heron")
    battle.page.keyboard.press("n")
    expect(battle.question).to_be_focused()
    expect(battle.page).to_have_url(arena.url + "/")


def test_an_unknown_battle_says_so_and_leads_on(battle: BattlePage) -> None:
    battle.open("/battles/nobody-knows")
    expect(battle.notice).to_have_text("There is no such battle among yours.")
    expect(battle.question).to_be_visible()


def test_a_message_over_the_limit_is_counted_and_not_sent(battle: BattlePage) -> None:
    battle.open().question.fill("x" * (MAX_CHARS - 1))
    expect(battle.page.get_by_text("1,999 of 2,000 characters")).to_be_visible()
    battle.question.fill("🐎" * (MAX_CHARS + 3))
    expect(battle.page.get_by_text("3 characters too many")).to_be_visible()
    expect(battle.page.get_by_role("button", name="Send")).to_be_disabled()


def test_shift_and_enter_make_a_new_line(battle: BattlePage) -> None:
    battle.open().question.press_sequentially("one")
    before = battle.question.evaluate("area => area.offsetHeight")
    for _ in range(4):
        battle.question.press("Shift+Enter")
    battle.question.press_sequentially("two")
    expect(battle.question).to_have_value("one\n\n\n\ntwo")
    assert battle.question.evaluate("area => area.offsetHeight") > before


def test_a_suggested_prompt_can_be_taken_and_another_set_drawn(battle: BattlePage) -> None:
    suggestions = battle.open().page.locator(".suggestion-text")
    expect(suggestions).to_have_count(4)
    first = suggestions.all_text_contents()
    battle.page.get_by_role("button", name="Another set").click()
    expect(suggestions.first).not_to_have_text(first[0])
    assert set(suggestions.all_text_contents()).isdisjoint(first)
    chosen = suggestions.first.text_content() or ""
    suggestions.first.click()
    expect(battle.question).to_have_value(chosen)
    expect(battle.question).to_be_focused()


def test_on_a_phone_the_sides_are_one_swipe_or_tap_apart(
    battle: BattlePage, arena: StandIn
) -> None:
    battle.page.set_viewport_size({"width": 390, "height": 844})
    answered(battle, arena)
    expect(battle.answer("a")).to_be_in_viewport()
    expect(battle.answer("b")).not_to_be_in_viewport()
    battle.page.get_by_role("button", name=re.compile("Side B")).click()
    expect(battle.answer("b")).to_be_in_viewport(ratio=1)
    expect(battle.answer("a")).not_to_be_in_viewport()
    battle.page.locator(".answers").evaluate("answers => answers.scrollTo(0, 0)")
    expect(battle.answer("a")).to_be_in_viewport()
    expect(battle.page.get_by_role("button", name=re.compile("Side A"))).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(battle.vote_button("b")).to_be_in_viewport(ratio=1)
    assert battle.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_javascript_the_page_says_what_it_needs(page: Page, arena: StandIn) -> None:
    browser = page.context.browser
    assert browser is not None
    with browser.new_context(java_script_enabled=False) as context:
        plain = context.new_page()
        plain.goto(arena.url)
        expect(plain.get_by_text("A battle needs JavaScript")).to_be_visible()
        expect(plain.get_by_role("link", name="leaderboard", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_long_names_leave_the_room_to_the_answers(
    battle: BattlePage, arena: StandIn, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    long = {
        "name": "Bunting-with-a-rather-long-name-2026-11-preview-instruct-128k-thinking",
        "organisation": "The Example Institute for the Study of Answers and of Questions, Ltd",
    }
    for key, value in long.items():
        monkeypatch.setitem(REVEAL["a"], key, value)
    battle.page.set_viewport_size({"width": width, "height": 844})
    answered(battle, arena).vote("a")
    name = battle.heading("a").locator(".side-name")
    expect(name).to_have_text(long["name"])
    expect(name).to_have_attribute("title", long["name"])
    lines = "name => name.clientHeight / parseFloat(getComputedStyle(name).lineHeight)"
    assert name.evaluate(lines) <= 2.1
    sizes = battle.page.locator(".side-tab").evaluate_all(
        "tabs => tabs.map(tab => [tab.clientWidth, tab.clientHeight])"
    )
    assert sizes[0] == sizes[1]
    assert sizes[0][1] <= 100
    expect(battle.heading("a").get_by_text(long["organisation"])).to_be_visible(visible=width > 736)
    expect(battle.heading("a").get_by_text("demo")).to_be_visible()
    assert battle.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
