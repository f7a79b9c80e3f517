from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiltyard.contestants.adapter import Reasoning, Text
from tiltyard.contestants.think_tags import ThinkTags


def split(*pieces: str) -> tuple[str, str]:
    """Return what was recognised as reasoning, and as answer."""
    tags = ThinkTags()
    found = [found for piece in pieces for found in tags.feed(piece)] + tags.end()
    reasoning = "".join(piece.text for piece in found if isinstance(piece, Reasoning))
    return reasoning, "".join(piece.text for piece in found if isinstance(piece, Text))


@pytest.mark.parametrize(
    ("text", "reasoning", "answer"),
    [
        ("Hello", "", "Hello"),
        ("<think>Hm.</think>\n\nHello", "Hm.", "Hello"),
        ("\n <think>\nHm. a < b </thin> ?</think>Hello", "\nHm. a < b </thin> ?", "Hello"),
        ("<think></think>Hello", "", "Hello"),
        ("<think>never closed", "never closed", ""),
        ("<think>almost closed</thi", "almost closed</thi", ""),
        ("<thi", "", "<thi"),
        ("<thinking>is another tag", "", "<thinking>is another tag"),
        ("Say <think>x</think> aloud", "", "Say <think>x</think> aloud"),
        ("<think>a</think>b<think>c</think>", "a", "b<think>c</think>"),
        ("  indented", "", "  indented"),
        ("", "", ""),
    ],
)
def test_a_leading_block_is_reasoning(text: str, reasoning: str, answer: str) -> None:
    assert split(text) == (reasoning, answer)
    assert split(*text) == (reasoning, answer)


@given(st.text("<>/thinkab \n", max_size=40), st.lists(st.integers(0, 40), max_size=8))
def test_the_split_does_not_depend_on_the_cuts(text: str, cuts: list[int]) -> None:
    places = sorted({0, *(cut for cut in cuts if cut < len(text)), len(text)})
    pieces = [text[start:stop] for start, stop in pairwise(places)]
    assert split(*pieces) == split(text)


def test_an_answer_is_not_held_back() -> None:
    tags = ThinkTags()
    assert tags.feed("<b") == [Text("<b")]
    assert tags.feed("</think") == [Text("</think")]
