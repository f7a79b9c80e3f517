import re

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tiltyard.battles.errors import VotesError
from tiltyard.battles.table import Battles
from tiltyard.labels.markdown_counts import (
    MarkdownCounts,
    count_all_grammar,
    count_all_regex,
    count_markdown_grammar,
    count_markdown_regex,
)
from tiltyard.labels.style import style_column, with_style


def counts(**found: int) -> MarkdownCounts:
    return MarkdownCounts(**dict.fromkeys(MarkdownCounts._fields, 0) | found)


@pytest.mark.parametrize(
    ("text", "by_regex", "by_grammar"),
    [
        ("# One\n\n###### Six", counts(headers=2), counts(headers=2)),
        ("Underlined\n===", counts(), counts(headers=1)),
        ("####### Seven", counts(), counts()),
        ("1. a\n2. b\n\n- c\n* d", counts(ordered=2, unordered=2), counts(ordered=2, unordered=2)),
        ("1) a", counts(), counts(ordered=1)),
        ("- a\n  - b", counts(unordered=2), counts(unordered=2)),
        ("> - a", counts(), counts(unordered=1)),
        ("* * *", counts(unordered=1), counts()),
        ("**a** and __b__", counts(stars=1, underscores=1), counts(stars=1, underscores=1)),
        ("`**a**` and 2 ** 3 ** 4", counts(stars=2), counts()),
        ("**two\nlines**", counts(), counts(stars=1)),
        ("```\n# a\n- b\n```", counts(), counts()),
        ("```\n# a `b`\n```", counts(headers=1), counts()),
        ("~~~\n# a\n~~~", counts(headers=1), counts()),
        ("    # four spaces", counts(), counts()),
        ("", counts(), counts()),
    ],
)
def test_the_two_counters_differ_where_the_published_one_is_wrong(
    text: str, by_regex: MarkdownCounts, by_grammar: MarkdownCounts
) -> None:
    assert count_markdown_regex(text) == by_regex
    assert count_markdown_grammar(text) == by_grammar


def test_what_stood_in_a_block_is_taken_out_wherever_it_occurs() -> None:
    assert count_markdown_regex("- a\n```- ```") == counts()
    assert count_markdown_grammar("- a\n```- ```") == counts(unordered=1)


def published(text: str) -> MarkdownCounts:
    """FastChat's rules as this test reads them, one pattern per level of header."""
    for block in re.compile("```([^`]*)```").findall(text):
        text = text.replace(block, "")
    headers = sum(len(re.findall(rf"^#{{{level}}}\s", text, re.MULTILINE)) for level in range(1, 7))
    patterns = (r"^\s*\d+\.\s", r"^\s*[-*+]\s", r"\*\*[^*\n]+\*\*", r"__[^_\n]+__")
    return MarkdownCounts(headers, *(len(re.findall(one, text, re.MULTILINE)) for one in patterns))


MARKDOWN = st.text(alphabet="#*_-+` 1.\n\r\t\x0b\x1c\x85\u2028\u0663aé~")


@given(st.lists(MARKDOWN, max_size=5))
@example(["#\x1ca", "\x1c1. a", "\u0663. a", "-\u2028a", "``````", "``` ``` # a\n - b"])
def test_counting_many_texts_counts_each_as_published(texts: list[str]) -> None:
    series = pl.Series(texts, dtype=pl.String)
    assert [MarkdownCounts(*row) for row in count_all_regex(series).rows()] == [
        published(text) for text in texts
    ]
    assert [count_markdown_regex(text) for text in texts] == [published(text) for text in texts]
    assert series.to_list() == texts


@given(st.lists(MARKDOWN, max_size=3))
def test_counting_many_texts_by_grammar_counts_each(texts: list[str]) -> None:
    counted = count_all_grammar(pl.Series(texts, dtype=pl.String)).rows()
    assert [MarkdownCounts(*row) for row in counted] == [
        count_markdown_grammar(text) for text in texts
    ]


ANSWERS = (
    "# Title\n\n**b**, __c__, `**d**`.\n\n1. a\n   - c\n\n| a | b |\n|--|--|\n| **x** | y |",
    "Under\n---\n\n> - **x**\n> 3) y\n\n```\n# no\n```\n\n***both*** and **two **nested** marks**",
    "* a\n* b\n\n  **para** in item\n\n<h1>html</h1>\n\n日本**語**です __ё__",
)


@pytest.mark.parametrize("text", ANSWERS)
def test_the_grammar_is_the_one_that_browsers_render_with(text: str) -> None:
    html = MarkdownIt("commonmark").enable("table").render(text)
    counted = count_markdown_grammar(text)
    assert counted.headers == len(re.findall(r"<h[1-6]>", html)) - text.count("<h1>")
    assert counted.lists == html.count("<li>")
    assert counted.bold == html.count("<strong>")


def battles() -> Battles:
    talk = [
        {"role": "user", "content": "# Not counted"},
        {"role": "assistant", "content": "# Title\n\n1. **one**\n2. 日本 two"},
        {"role": "assistant", "content": "***"},
    ]
    return Battles.from_frame(
        pl.DataFrame(
            {
                "model_a": ["x", "y"],
                "model_b": ["y", "x"],
                "winner": ["a", "b"],
                "conversation_a": [talk, None],
                "conversation_b": [talk[:1], None],
            }
        )
    )


def test_the_answers_of_both_sides_are_counted_in_a_column_with_the_version() -> None:
    frame = with_style(with_style(battles(), "regex_v1"), "grammar_v2").frame
    expected = {
        "length_a": 17,
        "headers_a": 1,
        "lists_a": 2,
        "bold_a": 1,
        "length_b": 0,
        "headers_b": 0,
        "lists_b": 0,
        "bold_b": 0,
    }
    assert frame["style_regex_v1"].to_list() == [expected, None]
    assert frame["style_grammar_v2"].to_list() == [expected, None]


def test_there_is_no_third_way_to_count() -> None:
    with pytest.raises(VotesError, match="no markdown counter regex; there are regex_v1, grammar"):
        style_column("regex")  # type: ignore[arg-type]  # what a person may write
    without = Battles.from_frame(battles().frame.drop("conversation_a"))
    with pytest.raises(VotesError, match="no column conversation_a"):
        with_style(without, "regex_v1")
