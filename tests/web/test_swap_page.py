"""The page of swaps, as its bytes."""

from browser.scripted_pages import EMPTY_BOARD
from browser.standin import StandIn
from web.test_pages import get, words


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
    assert (
        "No style-controlled board yet German The style of both answers is not counted yet" in text
    )
    assert "Hard prompts Its 43 votes do not yet tell" in text


def test_a_swap_with_a_stranger_says_so_and_keeps_the_form(arena: StandIn) -> None:
    status, html, _ = get(arena, "/swap?old=rook&new=nobody")
    assert status == 422
    assert "No vote on these boards is on nobody" in html
    assert '<option value="rook" selected>Rook</option>' in html


def test_an_arena_without_ratings_has_nothing_to_swap(arena: StandIn) -> None:
    arena.pages.boards["text/overall"] = EMPTY_BOARD
    _, html, _ = get(arena, "/swap")
    assert "Fewer than two models have a rating here yet" in html
