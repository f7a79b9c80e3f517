import contextlib
from pathlib import Path

import numpy as np
import pytest

from tiltyard.labels import features
from tiltyard.labels.errors import LabelError
from tiltyard.labels.linear import LinearClassifier, train_classifier
from tiltyard.labels.logistic import Choice
from tiltyard.labels.reading import Reading

CODE = ["def f(x): return x", "a Python loop over a list", "fix my SQL join", "rust borrow checker"]
SONG = ["a poem about rain", "write a song for my cat", "a sad short story", "rhymes about the sea"]
READ = Reading(CODE + SONG)
TRUTH = np.repeat(np.eye(2, dtype=bool), 4, axis=0)


def trained(choice: Choice = Choice.ONE) -> LinearClassifier:
    return train_classifier("topic", READ, TRUTH, ["code", "song"], choice=choice)


@pytest.mark.parametrize("choice", list(Choice))
def test_what_was_learned_is_known_and_generalises(choice: Choice) -> None:
    classifier = trained(choice)
    assert classifier.classes_of(READ) == [("code",)] * 4 + [("song",)] * 4
    python, sea = classifier.probabilities(Reading(["a loop in Python", "a poem about the sea"]))
    assert python[0] > python[1]
    assert sea[1] > sea[0]


def test_probabilities_of_one_class_each_add_up_to_one() -> None:
    assert trained().probabilities(Reading(["anything", ""])).sum(axis=1) == pytest.approx([1, 1])


def test_a_text_may_have_no_class_where_any_number_is_allowed() -> None:
    truth = np.vstack([TRUTH, np.zeros((4, 2), bool)])
    small_talk = ["hi", "good morning", "how are you?", "thanks, bye"]
    classifier = train_classifier(
        "topic", Reading(CODE + SONG + small_talk), truth, ["code", "song"], choice=Choice.ANY
    )
    assert classifier.classes_of(Reading(small_talk)) == [()] * 4


def test_the_weights_are_at_the_optimum_of_the_penalised_likelihood() -> None:
    """Where the gradient of a constant is zero, as many are expected of its class as there are."""
    expected = trained().probabilities(READ).sum(axis=0)
    assert expected == pytest.approx([4, 4], abs=1e-3)


def test_a_saved_classifier_is_the_same_in_every_byte(tmp_path: Path) -> None:
    trained().save(tmp_path / "one")
    trained().save(tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    loaded = LinearClassifier.load(tmp_path / "one")
    assert loaded.version == trained().version
    assert loaded.classes_of(READ) == trained().classes_of(READ)


def test_another_training_is_another_version() -> None:
    other = train_classifier("topic", READ, ~TRUTH, ["code", "song"], choice=Choice.ONE)
    assert other.version != trained().version


def test_a_damaged_classifier_is_refused_in_a_sentence(tmp_path: Path) -> None:
    trained().save(tmp_path / "whole")
    whole = (tmp_path / "whole").read_bytes()
    for place in range(0, len(whole), 199):
        cut, flipped = whole[:place], bytearray(whole)
        flipped[place] ^= 255
        for damaged in (cut, bytes(flipped)):
            (tmp_path / "damaged").write_bytes(damaged)
            with contextlib.suppress(LabelError):
                LinearClassifier.load(tmp_path / "damaged")


def test_a_classifier_of_other_measures_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(features, "measure_names", lambda: ["the length of the shadow"])
        trained().save(tmp_path / "older")
    with pytest.raises(LabelError, match=r"older cannot be used: .* train it again"):
        LinearClassifier.load(tmp_path / "older")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LabelError, match="cannot be written: "):
        trained().save(tmp_path / "file" / "deeper")


def test_what_is_no_classifier_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("not a classifier")
    with pytest.raises(LabelError, match="holds no classifier"):
        LinearClassifier.load(tmp_path / "notes")
    with pytest.raises(LabelError, match="cannot be read"):
        LinearClassifier.load(tmp_path / "absent")
