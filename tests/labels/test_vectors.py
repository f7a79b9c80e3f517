"""Classifiers that read vectors: the same interface as those that read words."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bags_of_words import CODE, POEMS, bag_classifier, bag_labeller, bags
from tiltyard.contestants.embedding_model import EmbeddingModel
from tiltyard.labels.cross_validation import cross_validated, evaluated
from tiltyard.labels.errors import LabelError
from tiltyard.labels.examples import Examples, table_of
from tiltyard.labels.features import VectorFeatures
from tiltyard.labels.labeller import Batch, Conversation
from tiltyard.labels.labellers import (
    labellers_with,
    reading_vectors,
    reading_words,
    shipped_labellers,
)
from tiltyard.labels.linear import LinearClassifier
from tiltyard.labels.logistic import Choice, fitted
from tiltyard.labels.reading import Reading
from tiltyard.labels.seed import seed_examples
from tiltyard.labels.vectors import require_version, vectors_of

MODEL = EmbeddingModel(id="bag", model="plain", base_url="http://127.0.0.1/v1")
CLASSES = ("code", "creative_writing", "maths")
KEYWORDS = {
    "code": "code python function program script sql javascript bug loop class",
    "maths": "solve calculate equation prove integral sum how many probability",
    "creative_writing": "write poem story song lyrics joke haiku",
}


def three_classes() -> Examples:
    """The seed's prompts that are one of three things, with their vectors."""
    seed = seed_examples("category")
    named = [(text, seed.names(row)) for row, text in enumerate(seed.texts)]
    named = [(text, names) for text, names in named if len(names) == 1 and names[0] in CLASSES]
    texts, names = zip(*named, strict=True)
    return Examples(texts, CLASSES, table_of(names, CLASSES), Choice.ONE, bags(texts, MODEL))


def by_keywords(text: str) -> str:
    found = {
        name: sum(word in text.lower() for word in words.split())
        for name, words in KEYWORDS.items()
    }
    return max(found, key=lambda name: found[name])


def test_even_bags_of_words_tell_more_than_a_list_of_keywords() -> None:
    examples = three_classes()
    accuracy = cross_validated(examples).accuracy.estimate
    right = [(by_keywords(text),) == examples.names(row) for row, text in enumerate(examples.texts)]
    assert accuracy is not None
    assert accuracy > np.mean(right) + 0.1


def test_a_saved_classifier_knows_whose_vectors_it_reads(tmp_path: Path) -> None:
    made = bag_classifier(MODEL)
    made.save(tmp_path / "category.labeller")
    made.save(tmp_path / "again")
    assert (tmp_path / "category.labeller").read_bytes() == (tmp_path / "again").read_bytes()
    loaded = LinearClassifier.load(tmp_path / "category.labeller")
    assert loaded.space == made.space == bags(CODE, MODEL).space
    assert loaded.version == made.version
    assert loaded.version.startswith("vectors@")
    assert len(loaded.version) <= 20
    read = Reading(CODE + POEMS, bags(CODE + POEMS, MODEL))
    assert loaded.classes_of(read) == [("code",)] * 4 + [("creative_writing",)] * 4
    small = VectorFeatures(replace(bags(CODE, MODEL).space, dimension=8))
    replace(made, features=small).save(tmp_path / "odd")
    with pytest.raises(LabelError, match="odd holds no classifier"):
        LinearClassifier.load(tmp_path / "odd")
    other = bag_classifier(MODEL.model_copy(update={"model": "another"}))
    assert other.version != made.version


def test_the_labeller_of_a_directory_takes_the_place_of_the_one_that_ships(tmp_path: Path) -> None:
    bag_classifier(MODEL).save(tmp_path / "category.labeller")
    there = labellers_with(tmp_path)
    ((space, (labeller,)),) = reading_vectors(there).items()
    assert (space.model, labeller.name) == ("bag", "category")
    assert [one.name for one in reading_words(there)] == [
        one.name for one in shipped_labellers() if one.name != "category"
    ]
    assert reading_words(shipped_labellers()) == shipped_labellers()
    texts = ("fix the loop in Python", "a poem about the rain")
    said = [Conversation((text,)) for text in texts]
    code, poem = labeller.label(Batch(said, bags(texts, MODEL)))
    assert [name for name, holds in code.value.items() if holds] == ["code"]
    assert [name for name, holds in poem.value.items() if holds] == ["creative_writing"]


def test_vectors_that_lack_or_are_of_another_space_are_refused_in_a_sentence() -> None:
    labeller = bag_labeller(MODEL)
    with pytest.raises(LabelError, match=r"reads vectors of bag@\w+, and the texts come without"):
        labeller.label(Batch([Conversation(("a loop",))]))
    other = bags(("a loop",), MODEL.model_copy(update={"id": "sack"}))
    with pytest.raises(LabelError, match=r"Vectors of bag@\w+ with 256 numbers .* sack@"):
        labeller.label(Batch([Conversation(("a loop",))], other))
    space = bags(CODE, MODEL).space
    require_version(space, MODEL.version)
    with pytest.raises(LabelError, match="bag is declared otherwise"):
        require_version(space, "another")


def test_texts_without_a_vector_have_zeros_and_still_a_class() -> None:
    space = bags(CODE, MODEL).space
    made = vectors_of(space, ["", "a loop"], {"a loop": bags(["a loop"], MODEL).rows[0]})
    assert not made.rows[0].any()
    assert made.rows[1].any()
    assert vectors_of(space, [], {}).rows.shape == (0, 256)
    assert bag_classifier(MODEL).probabilities(Reading(["", "a loop"], made)).shape == (2, 2)


def test_examples_are_evaluated_with_their_vectors() -> None:
    classes = ("code", "creative_writing")
    names = [("code",)] * 4 + [("creative_writing",)] * 4
    examples = Examples(CODE + POEMS, classes, table_of(names, classes), Choice.ANY)
    with pytest.raises(LabelError, match="the texts come without any"):
        evaluated(bag_classifier(MODEL), examples)
    given = replace(examples, vectors=bags(examples.texts, MODEL))
    assert evaluated(bag_classifier(MODEL), given).accuracy.estimate == 1.0


def test_few_and_many_examples_have_the_same_optimum() -> None:
    """More examples than features are fitted in the features, fewer in the examples."""
    chance = np.random.default_rng(3)
    features = chance.normal(size=(30, 40))
    truth = (chance.random((30, 2)) < 0.5).astype(float)
    wide = fitted(features, truth, Choice.ANY, 1.0)
    padded = fitted(np.vstack([features] * 2), np.vstack([truth] * 2), Choice.ANY, 0.5)
    assert wide[0] == pytest.approx(padded[0], abs=1e-4)
    assert wide[1] == pytest.approx(padded[1], abs=1e-4)
