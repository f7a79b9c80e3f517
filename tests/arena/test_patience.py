import pytest

from tiltyard.arena.definition import Answer
from tiltyard.arena.patience import overdue

RULES = Answer(system="", max_chars=10, first_piece_s=60, first_word_s=180, idle_s=30, total_s=300)


@pytest.mark.parametrize(
    ("running_s", "asked_s", "silent_s", "spoke", "sentence"),
    [
        (59, 59, 59, False, None),
        (61, 61, 60, False, "no sign of life for 60 seconds"),
        (179, 179, 5, False, None),  # it thinks, and shows it
        (180, 180, 5, False, "no word within 180 seconds"),
        (280, 179, 5, False, None),  # it waited in our queue
        (200, 200, 29, True, None),
        (200, 200, 30, True, "no sign of life for 30 seconds"),
        (299, 299, 1, True, None),
        (300, 300, 1, True, "not finished after 300 seconds"),
        (300, 10, 5, False, "not finished after 300 seconds"),
    ],
)
def test_each_limit_has_its_sentence(
    running_s: float, asked_s: float, silent_s: float, *, spoke: bool, sentence: str | None
) -> None:
    said = overdue(RULES, running_s=running_s, asked_s=asked_s, silent_s=silent_s, spoke=spoke)
    assert said is None if sentence is None else sentence in str(said)
