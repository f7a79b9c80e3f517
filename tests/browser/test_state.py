"""The battle's state, by the very file that ships, in a real browser."""

import pytest
from playwright.sync_api import Page

from browser.match import REVEAL, Json
from browser.standin import StandIn

REDUCE = """async ([battle, events]) => {
  const { reduce, announcement, NOTHING_YET } = await import("/static/built/battle.js");
  const news = [];
  let state = reduce(NOTHING_YET, { type: "answered", battle });
  for (const event of events) {
    const next = reduce(state, event);
    const sentence = announcement(state, next);
    if (sentence !== null) news.push(sentence);
    state = next;
  }
  return { ...state, news };
}"""


@pytest.fixture
def module_page(page: Page, arena: StandIn) -> Page:
    page.goto(arena.url + "/boards/text/overall")
    return page


def after(page: Page, battle: Json, *events: Json) -> Json:
    state: Json = page.evaluate(REDUCE, [battle, list(events)])
    return state


def opened(**responses: Json) -> Json:
    fresh = {"state": "streaming", "attempt": 1, "text": ""}
    sides = {side: fresh | responses.get(side, {}) for side in ("a", "b")}
    message = {"parts": [{"type": "text", "text": "Why?"}]}
    return {
        "id": "battle-1",
        "mode": "battle",
        "state": "answering",
        "sides": ["a", "b"],
        "turns": [
            {"number": 1, "message": message, "responses": sides, "blind": True, "vote": None}
        ],
        "vote_per": "battle",
        "continues": None,
        "turn": 1,
        "turns_left": 9,
        "vote": None,
        "reveal": None,
    }


def frame(side: str, offset: int, text: str, attempt: int = 1) -> Json:
    place = {"side": side, "turn": 1, "attempt": attempt, "offset": offset, "text": text}
    return {"type": "frame", "frame": place}


def done(side: str, state: str = "done") -> Json:
    return {"type": "side_done", "done": {"side": side, "turn": 1, "state": state}}


def turn_done(state: str) -> Json:
    return {"type": "turn_done", "done": {"turn": 1, "state": state}}


def working() -> Json:
    return {"type": "working", "working": {"turn": 1}}


def text(state: Json, side: str) -> str:
    answer: str = state["battle"]["turns"][0]["responses"][side]["text"]
    return answer


def test_frames_are_appended_where_they_belong(module_page: Page) -> None:
    state = after(
        module_page, opened(), frame("a", 0, "One "), frame("b", 0, "Ja"), frame("a", 4, "two")
    )
    assert (text(state, "a"), text(state, "b")) == ("One two", "Ja")


def test_offsets_count_code_points_and_not_utf16_units(module_page: Page) -> None:
    state = after(module_page, opened(), frame("a", 0, "🐎🐎"), frame("a", 2, " go"))
    assert text(state, "a") == "🐎🐎 go"


def test_a_frame_told_twice_changes_nothing(module_page: Page) -> None:
    state = after(
        module_page, opened(), frame("a", 0, "abc"), frame("a", 3, "def"), frame("a", 3, "def")
    )
    assert text(state, "a") == "abcdef"


def test_offset_zero_starts_afresh(module_page: Page) -> None:
    state = after(module_page, opened(), frame("a", 0, "First try"), frame("a", 0, "Second"))
    assert text(state, "a") == "Second"


def test_an_older_attempt_is_ignored_and_a_newer_one_replaces(module_page: Page) -> None:
    events = [frame("a", 0, "old"), frame("a", 0, "new", attempt=2), frame("a", 3, "er")]
    assert text(after(module_page, opened(), *events), "a") == "new"


def test_a_finished_answer_is_not_told_again(module_page: Page) -> None:
    finished = opened(a={"state": "done", "text": "All of it"})
    assert text(after(module_page, finished, frame("a", 0, "All")), "a") == "All of it"


def test_text_that_the_stream_will_tell_from_the_beginning_starts_empty(module_page: Page) -> None:
    halfway = opened(a={"text": "Half of"})
    assert text(after(module_page, halfway), "a") == ""
    assert text(after(module_page, halfway, frame("a", 0, "Half of it")), "a") == "Half of it"


def test_a_battle_read_again_keeps_the_text_that_was_followed(module_page: Page) -> None:
    again = {"type": "answered", "battle": opened()}
    assert text(after(module_page, opened(), frame("a", 0, "Kept"), again), "a") == "Kept"


def test_a_failed_side_has_its_sentence_and_leaves_the_other_alone(module_page: Page) -> None:
    problem = {"side": "a", "turn": 1, "message": "This side could not answer.", "retry": True}
    events = [frame("b", 0, "Fine"), {"type": "problem", "problem": problem}, done("a", "failed")]
    answers = after(module_page, opened(), *events)["battle"]["turns"][0]["responses"]
    assert (answers["a"]["state"], answers["a"]["problem"]) == ("failed", problem["message"])
    assert (answers["b"]["state"], answers["b"]["text"]) == ("streaming", "Fine")


def test_a_sign_of_work_shows_where_no_word_has_come_until_one_comes(module_page: Page) -> None:
    events = [frame("b", 0, "Words"), working()]
    answers = after(module_page, opened(), *events)["battle"]["turns"][0]["responses"]
    assert (answers["a"].get("isLong"), answers["b"].get("isLong")) == (True, None)
    state = after(module_page, opened(), *events, frame("a", 0, "At last"))
    assert text(state, "a") == "At last"
    assert "isLong" not in state["battle"]["turns"][0]["responses"]["a"]


def test_a_vote_brings_the_reveal(module_page: Page) -> None:
    answer = {"outcome": "tie", "reveal": REVEAL, "receipt": "r"}
    state = after(module_page, opened(), turn_done("votable"), {"type": "voted", "answer": answer})
    assert state["battle"]["state"] == "voted"
    assert state["battle"]["reveal"]["a"]["name"] == "Heron"


def test_a_refusal_ends_the_request_and_keeps_the_battle(module_page: Page) -> None:
    events = [{"type": "asked", "request": "vote"}, {"type": "refused", "notice": "Not now."}]
    state = after(module_page, opened(), *events)
    assert (state["pending"], state["notice"]) == (None, "Not now.")
    assert state["battle"]["id"] == "battle-1"


def test_only_moments_that_matter_are_announced(module_page: Page) -> None:
    answer = {"outcome": "a", "reveal": REVEAL, "receipt": "r"}
    state = after(
        module_page,
        opened(),
        frame("a", 0, "Some "),
        frame("a", 5, "words"),
        done("a"),
        done("b", "failed"),
        turn_done("votable"),
        {"type": "voted", "answer": answer},
    )
    assert state["news"] == [
        "A has finished.",
        "B could not answer.",
        "Both answers are ready. You can vote.",
        "A was Heron, B was Kestrel 2.",
    ]
