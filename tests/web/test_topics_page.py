"""The page of topics, as its bytes."""

import pytest

from browser.scripted_pages import EMPTY_BOARD
from browser.standin import StandIn
from tiltyard.web.pages.languages import main_language, spoken_in
from web.test_pages import get, words


def test_topics_are_listed_with_their_size_and_who_is_ahead(arena: StandIn) -> None:
    status, html, _ = get(arena, "/topics")
    assert status == 200
    text = words(html)
    assert "python, function, list 700 prompts by 233 people, 704 votes" in text
    assert "704 votes; mostly in English" in text
    assert "1 Heron 1143 1125\N{EN DASH}1161 2\N{EN DASH}3 Kestrel 2 1102" in text
    assert "Not enough votes to say who is ahead" in text
    assert "No model can be rated yet" in text
    assert "90 prompts are in no topic" in text
    assert html.count('<li class="topic">') == 4


@pytest.mark.parametrize(
    ("prompts", "said", "code"),
    [
        ({"hi": 29}, "in Hindi", "hi"),
        ({"fr": 81, "en": 19}, "mostly in French", "fr"),
        ({"fr": 80, "en": 20}, "", None),
        ({None: 90, "en": 10}, "", None),
        ({"unknown": 5}, "", None),
        ({"xx": 5}, "in xx", "xx"),
        ({}, "", None),
    ],
)
def test_a_language_is_said_in_words_and_only_where_nearly_all_is_in_it(
    prompts: dict[str | None, int], said: str, code: str | None
) -> None:
    languages = [{"language": name, "prompts": count} for name, count in prompts.items()]
    assert spoken_in(languages) == said
    assert main_language(languages) == code


def test_an_arena_without_a_map_says_when_there_will_be_one(arena: StandIn) -> None:
    arena.pages.boards["text/overall"] = EMPTY_BOARD
    _, html, _ = get(arena, "/topics")
    assert "There are no topics yet" in html
