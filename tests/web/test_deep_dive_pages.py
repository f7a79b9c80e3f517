"""The pages of deep dives, as their bytes."""

from collections.abc import Iterator

import pytest

from browser.scripted_pages import EMPTY_BOARD
from browser.standin import StandIn, standing_in
from web.test_pages import get, words


@pytest.fixture
def arena() -> Iterator[StandIn]:
    with standing_in() as stand_in:
        yield stand_in


def test_the_swap_page_asks_for_two_models(arena: StandIn) -> None:
    status, html, _ = get(arena, "/swap")
    assert status == 200
    assert '<label for="old">Instead of</label>' in html
    assert html.count('<option value="heron" >Heron</option>') == 2
    assert "swap-table" not in html


def test_a_swap_is_told_board_by_board_with_the_price(arena: StandIn) -> None:
    _, html, _ = get(arena, "/swap?old=rook&new=heron")
    text = words(html)
    assert "Overall 58 and 402 battles 83% 78% to 87%" in text
    assert "+282 points better" in text
    assert "1 other board cannot rate both yet." in text
    assert "55% 38% to 71%" in text
    assert "the votes cannot tell" in text
    assert "58 and 402 battles 83%" in text
    assert "20 and 30 battles, too few votes on this board 55%" in text
    assert "2 verdicts: if the two were alike everywhere, about 0.1 of them would" in text
    assert "$0.5 per million tokens read and $1.5 written" in text
    assert "$0.0031 per answer here" in text
    assert "The new one costs 4 times as much" in text


def test_the_style_switch_keeps_what_was_asked_and_missing_boards_are_named(
    arena: StandIn,
) -> None:
    _, html, _ = get(arena, "/swap?old=rook&new=heron")
    address = "/swap?arena=text&amp;old=rook&amp;new=heron"
    assert f'<a href="{address}&amp;control=style" >Style controlled</a>' in html
    assert "No board yet" not in words(html)
    _, html, _ = get(arena, "/swap?old=rook&new=heron&control=style")
    assert f'<a href="{address}" >As voted</a>' in html
    assert '<input type="hidden" name="control" value="style">' in html
    assert "/api/v1/swap?arena=text&amp;old=rook&amp;new=heron&amp;control=style" in html
    text = words(html)
    assert "No style-controlled board yet German Of none of its 30 votes" in text
    assert "Hard prompts Its 43 votes do not tell" in text


def test_a_swap_with_a_stranger_says_so_and_keeps_the_form(arena: StandIn) -> None:
    status, html, _ = get(arena, "/swap?old=rook&new=nobody")
    assert status == 422
    assert "No vote on these boards is on nobody" in html
    assert '<option value="rook" selected>Rook</option>' in html


def test_an_arena_without_ratings_has_nothing_to_swap(arena: StandIn) -> None:
    arena.pages.boards["text/overall"] = EMPTY_BOARD
    _, html, _ = get(arena, "/swap")
    assert "Fewer than two models have a rating here yet" in html


def test_the_value_page_shows_distances_the_frontier_and_who_is_left_out(arena: StandIn) -> None:
    _, html, _ = get(arena, "/boards/text/overall/value")
    text = words(html)
    assert "Wren Large frontier rating 1084, predicted 1023" in text
    assert "+61 +31 to +91 above the line" in text
    assert "surely beaten for no more by Wren Large" in text
    assert "up to 0.25 $ per million tokens Wren Large , 1084 up to 8 $ per million" in text
    assert "Nothing is known of Rook." in text
    assert "Twice as much goes with +21 points (+12 to +30)." in text


def test_what_cannot_be_told_yet_is_a_sentence_and_the_other_measures_stay(arena: StandIn) -> None:
    status, html, _ = get(arena, "/boards/text/overall/value?by=size")
    assert status == 200
    assert "This cannot be told by size yet." in html
    assert '<a href="/boards/text/overall/value?by=price" >Price</a>' in html


def test_value_keeps_the_style_switch_and_the_measure_together(arena: StandIn) -> None:
    _, html, _ = get(arena, "/boards/text/overall/value?by=size&control=style")
    url = "/boards/text/overall/value"
    assert f'<a href="{url}?by=size" >As voted</a>' in html
    assert f'<a href="{url}?by=price&amp;control=style" >Price</a>' in html
    assert 'href="/boards/text/overall/history?control=style"' in html
    assert 'href="/swap?arena=text&amp;control=style"' in html


def test_a_measure_that_is_none_is_refused(arena: StandIn) -> None:
    status, _, _ = get(arena, "/boards/text/overall/value?by=charm")
    assert status == 422


def test_topics_are_listed_with_their_size_and_who_is_ahead(arena: StandIn) -> None:
    status, html, _ = get(arena, "/topics")
    assert status == 200
    text = words(html)
    assert "python, function, list 700 prompts by 233 people, 704 votes" in text
    assert "mostly en" in text
    assert "1 Heron 1143 1125\N{EN DASH}1161 2\N{EN DASH}3 Kestrel 2 1102" in text
    assert "Not enough votes to say who is ahead" in text
    assert "No model can be rated yet" in text
    assert "90 prompts are in no topic" in text
    assert html.count('<li class="topic">') == 4


def test_an_arena_without_a_map_says_when_there_will_be_one(arena: StandIn) -> None:
    arena.pages.boards["text/overall"] = EMPTY_BOARD
    _, html, _ = get(arena, "/topics")
    assert "There are no topics yet" in html


def test_my_board_stands_beside_everybodys(arena: StandIn) -> None:
    status, html, _ = get(arena, "/my-board")
    assert status == 200
    text = words(html)
    assert "You have cast 13 votes that count here" in text
    assert "31 % of this board is yours" in text
    assert "That is too few for a board of your own" in text
    assert "Siskin 8 won, 0 lost, 1 tied" in text
    assert "1105 1020 to 1190" in text
    assert "1012 for everybody , here +93 liked more" in text


def test_my_board_before_anything_is_rated(arena: StandIn) -> None:
    arena.pages.boards["text/overall"] = EMPTY_BOARD
    _, html, _ = get(arena, "/my-board")
    assert "Nothing is rated here yet" in html


def test_groups_are_listed_and_have_boards_of_their_own(arena: StandIn) -> None:
    _, html, _ = get(arena, "/my-board")
    assert "the-night-shift 7 members Leave" in words(html)
    assert '<input id="join" name="join"' in html
    _, html, _ = get(arena, "/my-board?group=the-night-shift")
    assert "Its members have cast 13 votes" in words(html)
    assert 'href="/api/v1/my-groups/the-night-shift/board?arena=text"' in html
    status, html, _ = get(arena, "/my-board?group=book-club-2026")
    assert status == 409
    assert "book-club-2026 has 1 member." in words(html)
