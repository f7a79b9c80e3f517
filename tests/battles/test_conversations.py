import json

import polars as pl
import pytest

from tiltyard.battles.conversations import answers, messages, prompts
from tiltyard.battles.errors import VotesError

PLAIN = [
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello"},
    {"role": "user", "content": "Why?"},
    {"role": "assistant", "content": "Because"},
]
PARTS = [{**one, "content": [{"type": "text", "text": one["content"]}]} for one in PLAIN]


@pytest.mark.parametrize(
    "columns",
    [
        {"conversation_a": [PLAIN]},
        {"conversation_a": [PARTS]},
        {"conversation_a": [json.dumps(PLAIN)]},
        {"conversation_a": [json.dumps(PARTS)]},
        {"messages_a": [PLAIN]},
        {"prompt": ['["Hi", "Why?"]'], "response_a": ['["Hello", "Because"]']},
    ],
)
def test_every_published_shape_gives_the_same_messages(columns: dict[str, list[object]]) -> None:
    frame = pl.DataFrame(columns)
    assert messages(frame, "a").to_list() == [PLAIN]
    assert answers(frame, "a").to_list() == ["Hello\nBecause"]
    assert prompts(frame).to_list() == ["Hi\nWhy?\n"]


def test_a_row_without_a_conversation_has_none() -> None:
    frame = pl.DataFrame({"conversation_a": [PLAIN, None], "conversation_b": [None, None]})
    assert answers(frame, "a").to_list() == ["Hello\nBecause", None]


def test_a_table_in_which_nobody_said_anything_has_empty_conversations() -> None:
    frame = pl.DataFrame({"conversation_a": [[], None]})
    assert frame.schema["conversation_a"] == pl.List(pl.Null)
    assert messages(frame, "a").to_list() == [[], None]


def test_texts_of_several_parts_are_joined_and_pictures_are_passed_over() -> None:
    parts = [
        {"type": "text", "text": "See", "image": None},
        {"type": "image", "text": None, "image": "blob"},
        {"type": "text", "text": "this", "image": None},
    ]
    frame = pl.DataFrame({"conversation_a": [[{"role": "user", "content": parts}]]})
    assert prompts(frame).to_list() == ["See\nthis\n"]


def test_prompts_are_cut_at_ten_thousand_characters() -> None:
    frame = pl.DataFrame({"conversation_a": [[{"role": "user", "content": "é" * 20_000}]]})
    assert prompts(frame).str.len_chars().to_list() == [10_000]


def test_half_a_surrogate_pair_in_json_becomes_a_mark() -> None:
    frame = pl.DataFrame({"prompt": ['["a\\ud83d"]'], "response_a": ['["b", null]']})
    assert messages(frame, "a").to_list() == [
        [{"role": "user", "content": "a\ufffd"}, {"role": "assistant", "content": "b"}]
    ]


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (pl.DataFrame({"model_a": ["x"]}), "the table has no column conversation_a or messages_a"),
        (pl.DataFrame({"conversation_a": [1]}), "conversation_a holds Int64, not messages"),
        (pl.DataFrame({"conversation_a": [[{"text": "Hi"}]]}), "have no role and content"),
    ],
)
def test_what_is_no_conversation_is_refused(frame: pl.DataFrame, said: str) -> None:
    with pytest.raises(VotesError, match=said):
        messages(frame, "a")
