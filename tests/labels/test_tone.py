import pytest

from tiltyard.labels.labeller import Batch, Conversation
from tiltyard.labels.tone import ToneLabeller


def labelled(answer: str) -> tuple[str, int]:
    (label,) = ToneLabeller().label(Batch([Conversation((), (answer,), ("Four.",))]))
    assert label.value["tone_b"] == "neutral"
    return label.value["tone_a"], label.value["emoji_a"]


@pytest.mark.parametrize(
    ("answer", "tone"),
    [
        ("The sky is blue because of scattering.", "neutral"),
        ("Great question! The sky is blue.", "enthusiastic"),
        ("Yes! You did it! Wow, amazing! Go on!", "enthusiastic"),
        ("Stop! That is a long sentence with a single mark of exclamation in it.", "neutral"),
        ("I apologize for the confusion. It is 42.", "apologetic"),
        ("Es tut mir leid, die Antwort ist 12.", "apologetic"),
        ("Sorry about that! Great question! I'm happy to help!", "apologetic"),
        ("It is 42. I hope this helps.", "warm"),
        ("", "neutral"),
    ],
)
def test_the_tone_is_what_an_answer_says_of_itself(answer: str, tone: str) -> None:
    assert labelled(answer)[0] == tone


@pytest.mark.parametrize(
    ("answer", "emoji"),
    [("plain # 1 * ©", 0), ("🎉👍🏽", 2), ("👨‍👩‍👧", 1), ("🇩🇪🇫🇷", 2), ("1️⃣ ✅ ☀️", 3)],
)
def test_emoji_are_counted_as_people_see_them(answer: str, emoji: int) -> None:
    assert labelled(answer)[1] == emoji
