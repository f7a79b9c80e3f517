import numpy as np
import pytest

from tiltyard.labels.duplicates import BANDS, alike, fingerprint

LONG = (
    "Explain the difference between a stack and a queue, and give an example of each in daily life."
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hi", "hi!"),
        ("Why is\nthe sky  blue?", "why is the SKY blue"),
        ("你好。", "你好"),
        ("?", "?"),
    ],
)
def test_equal_words_have_equal_keys(one: str, other: str) -> None:
    assert fingerprint(one).key == fingerprint(other).key


@pytest.mark.parametrize(
    ("one", "other"), [("hi", "ho"), ("2 + 2", "2 + 3"), ("", "a"), ("?", "!")]
)
def test_other_words_have_other_keys(one: str, other: str) -> None:
    assert fingerprint(one).key != fingerprint(other).key


def test_nearly_equal_prompts_are_alike_and_share_a_band() -> None:
    one, other = fingerprint(LONG), fingerprint(LONG.replace("daily", "your daily"))
    assert alike(one.minima, [other.minima]).tolist() == [True]
    assert set(one.bands) & set(other.bands)


def test_other_prompts_are_not_alike() -> None:
    one, other = fingerprint(LONG), fingerprint("Write a poem about the sea at night, in French.")
    assert alike(one.minima, [other.minima, one.minima]).tolist() == [False, True]
    assert not set(one.bands) & set(other.bands)


def test_minima_estimate_how_much_two_prompts_share() -> None:
    words = [f"word{number}" for number in range(400)]
    one, other = " ".join(words), " ".join(words[100:] + words[:0])
    runs = [{text[place : place + 5] for place in range(len(text) - 4)} for text in (one, other)]
    truth = len(runs[0] & runs[1]) / len(runs[0] | runs[1])
    share = np.mean(fingerprint(one).minima == fingerprint(other).minima)
    assert share == pytest.approx(truth, abs=4 * np.sqrt(truth * (1 - truth) / 64))


def test_bands_are_numbers_that_both_databases_hold() -> None:
    bands = fingerprint(LONG).bands
    assert len(bands) == BANDS
    assert all(-(1 << 63) <= band < 1 << 63 for band in bands)
