"""The page of topics, as its bytes."""

from browser.scripted_pages import EMPTY_BOARD
from browser.standin import StandIn
from web.test_pages import get, words


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
