"""The page of own boards and groups, as its bytes."""

from browser.scripted_pages import EMPTY_BOARD
from browser.standin import StandIn
from web.test_pages import get, words


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
    assert "861 for everybody , the same here as everybody" in text


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
