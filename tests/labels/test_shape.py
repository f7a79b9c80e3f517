import pytest

from tiltyard.labels.labeller import Batch, Conversation
from tiltyard.labels.shape import ShapeLabeller
from tiltyard.labels.style_labels import RegexStyleLabeller, StyleLabeller


@pytest.mark.parametrize(
    ("asked", "true"),
    [
        (("hi",), {"short_query"}),
        (("one two three four five",), set()),
        (("word " * 500,), set()),
        (("word " * 501,), {"long_query"}),
        (("word " * 300, "word " * 300), {"long_query", "multi_turn"}),
        (("a", "b"), {"short_query", "multi_turn"}),
        (("字" * 501,), {"long_query"}),
    ],
)
def test_queries_are_long_or_short_over_all_turns(asked: tuple[str, ...], true: set[str]) -> None:
    (label,) = ShapeLabeller().label(Batch([Conversation(asked)]))
    assert {name for name, holds in label.value.items() if holds} == true


def test_style_is_counted_for_each_side_in_both_ways() -> None:
    batch = Batch([Conversation(("# no",), ("# One\n\n- `**a**`\n- b", "**c** 日本"), ())])
    (by_grammar,), (by_regex,) = StyleLabeller().label(batch), RegexStyleLabeller().label(batch)
    counts = {name.removeprefix("style_"): count for name, count in by_grammar.value.items()}
    assert counts == {
        "tokens_a": 19,
        "headers_a": 1,
        "lists_a": 2,
        "bold_a": 1,
        "tokens_b": 0,
        "headers_b": 0,
        "lists_b": 0,
        "bold_b": 0,
    }
    assert by_regex.value["style_regex_bold_a"] == 2, "the published expressions look into code"
