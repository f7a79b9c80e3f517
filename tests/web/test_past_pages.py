"""The pages of what was, as their bytes: a board's history, a past board, a model."""

import re
from datetime import UTC, datetime

import pytest

from browser.scripted_pages import EMPTY_BOARD, FULL_BOARD
from browser.standin import StandIn
from tiltyard.web.pages.moments import MomentError, link_moment, read_moment
from web.test_pages import get, words

HISTORY = "/boards/text/overall/history"


def test_a_past_board_says_so_and_its_links_keep_the_time(arena: StandIn) -> None:
    arena.pages.add_arena()
    status, html, _ = get(arena, "/boards/text/overall?at=2026-11-20T12:00")
    assert status == 200
    text = words(html)
    assert "This is the past: how it was on 20 November 2026, 12:00 UTC" in text
    kept = "?at=2026-11-20T12%3A00%3A00Z"
    for link in ("/boards/vision/overall", HISTORY, "/api/v1/boards/text/overall"):
        assert f'href="{link}{kept}"' in html, link
    assert '<a href="/boards/text/overall">See it as it is now</a>' in html
    assert 'value="2026-11-20T12:00"' in html


def test_a_past_board_with_a_control_keeps_both_in_its_links(arena: StandIn) -> None:
    arena.pages.boards["text/overall"] = FULL_BOARD | {"control": "style"}
    _, html, _ = get(arena, "/boards/text/overall?control=style&at=2026-11-20T12:00")
    kept = "?control=style&amp;at=2026-11-20T12%3A00%3A00Z"
    assert f'href="{HISTORY}{kept}"' in html
    assert f'href="/api/v1/boards/text/overall{kept}"' in html
    assert '<a href="/boards/text/overall?control=style">See it as it is now</a>' in html
    assert '<input type="hidden" name="control" value="style">' in html


def test_the_board_of_today_says_nothing_of_the_past_and_offers_a_picker(arena: StandIn) -> None:
    _, html, _ = get(arena, "/boards/text/overall")
    assert "This is the past" not in html
    assert re.search(r'<form class="time-picker" method="get" action="/boards/text/overall">', html)
    assert '<label for="at">' in html


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("at=yesterday", 422, "The time &#39;yesterday&#39; is not understood"),
        ("at=2001-01-01T00:00", 404, "had no board before 2001-01-01"),
    ],
)
def test_a_time_that_is_none_and_one_before_all_boards(
    arena: StandIn, query: str, status: int, sentence: str
) -> None:
    found, html, _ = get(arena, f"/boards/text/overall?{query}")
    assert found == status
    assert sentence in words(html)


def test_the_history_says_what_changed_and_draws_the_courses(arena: StandIn) -> None:
    status, html, _ = get(arena, HISTORY)
    assert status == 200
    text = words(html)
    assert "From 16 November 2026, 12:00 UTC to 23 November 2026, 12:00 UTC" in text
    assert "40 new votes, on " in text
    assert "Heron moved from rank 2 to 1" in text
    assert html.count('class="course"') == 7  # Crake has no rating
    siskin = re.search(r'aria-label="(Siskin:[^"]+)"', html)
    assert siskin is not None
    assert siskin[1].endswith("once not rated in between.")
    assert '<a href="/boards/text/overall?at=2026-11-23T12:00:00Z">' in html


def test_a_history_may_be_of_some_models_and_of_a_past_time(arena: StandIn) -> None:
    _, html, _ = get(arena, f"{HISTORY}?model=heron&model=rook&at=2026-11-10T00:00:00Z")
    assert html.count('class="course"') == 2
    assert "From 2 November 2026, 12:00 UTC to 9 November 2026, 12:00 UTC" in words(html)
    assert "This is the past" in html


def test_a_board_without_votes_has_no_history_and_leads_to_a_battle(arena: StandIn) -> None:
    arena.pages.boards["text/overall"] = EMPTY_BOARD
    _, html, _ = get(arena, HISTORY)
    assert "This board has no history yet" in html
    assert '<a class="button primary" href="/">Start a battle</a>' in html


def test_a_model_has_its_places_its_course_and_its_entries_in_the_register(arena: StandIn) -> None:
    status, html, _ = get(arena, "/models/kestrel-2")
    assert status == 200
    text = words(html)
    assert "$0.25 per million tokens read, $1.5 written" in text
    assert "retired : it is no longer drawn" in text
    assert (
        "Text, Overall 2 of 8, possible 2\N{EN DASH}3 1102 1081\N{EN DASH}1123 320 battles" in text
    )
    assert "Text, Code \N{EN DASH} not rated yet 3 battles" in text
    assert "Its &lt;provider&gt; left." in text
    assert re.search(r'<option value="text/overall" selected>', html)
    assert re.search(r'<option value="text/code"\s*>', html)


def test_a_model_that_nobody_may_know_of_is_a_404(arena: StandIn) -> None:
    status, html, _ = get(arena, "/models/nobody")
    assert status == 404
    assert "No public contestant has this id." in words(html)


def test_the_board_leads_to_its_models_and_its_history(arena: StandIn) -> None:
    _, html, _ = get(arena, "/boards/text/overall")
    assert '<a class="model-name" href="/models/heron">Heron</a>' in html
    assert f'href="{HISTORY}"' in html


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (None, None),
        ("", None),
        ("2026-11-20T12:00", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T12:00:00Z", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("2026-11-20T13:00:00 01:00", datetime(2026, 11, 20, 12, tzinfo=UTC)),
    ],
)
def test_moments_are_read_as_forms_and_links_have_them(given: str, read: datetime | None) -> None:
    assert read_moment(given) == read
    again = link_moment(read).removeprefix("?at=").replace("%3A", ":")
    assert read_moment(again) == read


@pytest.mark.parametrize("given", ["now", "2026-13-01", "0001-01-01T00:00+14:00", "\0"])
def test_what_is_no_moment_is_refused(given: str) -> None:
    with pytest.raises(MomentError, match="write it as"):
        read_moment(given)


def test_history_and_value_lead_to_those_of_the_other_slices(arena: StandIn) -> None:
    arena.pages.boards["text/code"] = FULL_BOARD | {"slice": "code"}
    _, html, _ = get(arena, f"{HISTORY}?at=2026-11-20T12:00")
    assert 'href="/boards/text/code/history?at=2026-11-20T12%3A00%3A00Z"' in html
    _, html, _ = get(arena, "/boards/text/overall/value")
    assert 'href="/boards/text/code/value?by=price"' in html
