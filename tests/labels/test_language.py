import pytest

from tiltyard.labels.language import UNKNOWN, detect_language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Was ist der Sinn des Lebens?", "de"),
        ("Écris un poème sur la mer au petit matin.", "fr"),
        ("日本語で説明してください", "ja"),
        ("Explain why the sky is blue\nto a child of seven years.", "en"),
    ],
)
def test_a_sentence_is_recognised(text: str, code: str) -> None:
    assert detect_language(text).code == code


@pytest.mark.parametrize("text", ["", "  \n", "hola", "x = 1"])
def test_what_cannot_be_known_is_unknown(text: str) -> None:
    assert detect_language(text).code == UNKNOWN


def test_a_very_long_text_is_read_as_far_as_needed() -> None:
    assert detect_language("Der Himmel ist blau. " * 100_000).code == "de"
