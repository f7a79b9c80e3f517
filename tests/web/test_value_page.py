"""The page of value, as its bytes."""

from browser.scripted_pages import EMPTY_BOARD
from browser.standin import StandIn
from web.test_pages import get, words


def test_the_value_page_shows_distances_the_frontier_and_who_is_left_out(arena: StandIn) -> None:
    _, html, _ = get(arena, "/boards/text/overall/value")
    text = words(html)
    assert "Wren Large frontier rating 1084, predicted 1023" in text
    assert "+61 +31 to +91 above the line" in text
    assert "clearly beaten, at no higher cost, by Wren Large" in text
    assert "up to 0.25 $ per million tokens Wren Large , 1084 up to 8 $ per million" in text
    assert "No such figure is known for Rook." in text
    assert "Twice as much goes with +21 points (+12 to +30)." in text


def test_what_cannot_be_told_yet_is_a_sentence_and_the_other_measures_stay(arena: StandIn) -> None:
    status, html, _ = get(arena, "/boards/text/overall/value?by=size")
    assert status == 200
    assert "Models cannot be compared by size yet." in html
    assert '<a href="/boards/text/overall/value?by=price" >Price</a>' in html


def test_measures_of_which_too_little_is_known_are_not_offered(arena: StandIn) -> None:
    _, html, _ = get(arena, "/boards/text/overall/value")
    offered = html.partition('aria-label="Compared with"')[2].partition("</nav>")[0]
    assert words(f"<a {offered}") == "Price First word"
    arena.pages.boards["text/overall"] = EMPTY_BOARD
    assert 'aria-label="Compared with"' not in get(arena, "/boards/text/overall/value?by=size")[1]


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
