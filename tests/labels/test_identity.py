from pathlib import Path

import pytest

from tiltyard.labels.cross_validation import evaluated
from tiltyard.labels.example_files import read_examples
from tiltyard.labels.identity import IdentityLabeller, aliases, tells_identity
from tiltyard.labels.labeller import Batch, Conversation

SET = Path(__file__).parent / "sets" / "identity_leaks.jsonl"


def test_precision_and_recall_on_answers_that_were_read_by_a_person() -> None:
    """The figures of docs/reference/labels.md; worse than these is a defect."""
    (leak,) = evaluated(IdentityLabeller(), read_examples(SET)).classes
    assert leak.precision.estimate == 1.0
    assert leak.recall.estimate is not None
    assert leak.recall.estimate > 0.94


def test_a_contestant_leaks_under_the_names_on_its_own_card_only() -> None:
    answer = "Hello, I am Heron and I like water."
    assert tells_identity(answer, ("heron", "Heron"))
    assert not tells_identity(answer, ("wren", "Wren"))


@pytest.mark.parametrize(
    ("said", "leaks"),
    [
        ("I am Claude, an AI assistant.", True),
        ("I am a fan of Claude.", False),
        ("I'm Geminiano, born in Turin.", False),
        ("I am qwen-2.5, a language model.", True),
        ("I am Qwen2.5, a language model.", True),
        ("I'm Llama3, an AI assistant.", True),
        ("I'm called Gemini2.0 Flash, an AI model.", True),
        ("I'm Mistral7B", True),
        ("I am _ChatGPT_.", True),
        ("我是Qwen2。", True),
        ("OpenAI trained me, so yes.", True),
        ("Anthropic created me.", True),
        ("Google built a house.", False),
        ("This is GPT-4's weakness.", False),
        ("If I am Claude, an AI, then what?", False),
        ("You asked whether I am GPT-4.", False),
        ("I am an AI assistant created by the team at OpenAI.", True),
    ],
)
def test_names_count_whole_and_where_the_speaker_has_them(said: str, leaks: object) -> None:
    assert tells_identity(said) == leaks
    (label,) = IdentityLabeller().label(Batch([Conversation(("Hi",), (said,))]))
    assert label.value["identity_leak_a"] == leaks


def test_a_name_of_a_card_counts_with_its_number() -> None:
    batch = Batch([Conversation(("Hi",), ("I am Zed9.",), (), ("zed",), ())])
    assert IdentityLabeller().label(batch)[0].value["identity_leak_a"] is True


def test_only_the_assistant_is_read_and_each_side_by_itself() -> None:
    batch = Batch(
        [
            Conversation(("I am ChatGPT, who are you?",), ("Nobody.",), ("I am ChatGPT too.",)),
            Conversation(("Who are you?",), ("I am Nest-9.",), (), ("nest-9",), ()),
        ]
    )
    assert [label.value for label in IdentityLabeller().label(batch)] == [
        {"identity_leak_a": False, "identity_leak_b": True},
        {"identity_leak_a": True, "identity_leak_b": False},
    ]


def test_generic_words_of_a_card_are_nobodys_names() -> None:
    assert aliases(["Test model", "openai/gpt-4o-mini", "Chat"]) == {
        "gpt-4o-mini",
        "gpt-4o",
        "gpt",
    }
