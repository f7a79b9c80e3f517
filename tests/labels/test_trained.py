"""Labellers that learned: the seed's, and an operator's own in their place."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tiltyard.labels.cross_validation import cross_validated
from tiltyard.labels.errors import LabelError
from tiltyard.labels.examples import Examples, extended, table_of
from tiltyard.labels.labeller import Batch, Conversation
from tiltyard.labels.labellers import chosen_labellers, labellers_with, trained_labeller
from tiltyard.labels.linear import LIKELY, LinearClassifier, train_classifier
from tiltyard.labels.logistic import Choice
from tiltyard.labels.occupations import OCCUPATIONS, VERTICALS
from tiltyard.labels.reading import Reading
from tiltyard.labels.seed import seed_examples
from tiltyard.labels.trained import (
    CATEGORIES,
    CRITERIA,
    KINDS,
    SEED_EMPHASIS,
    TrainedLabeller,
    seed_classifier,
    seed_of,
)


def value(kind: str, *asked: str) -> dict[str, object]:
    (label,) = TrainedLabeller(KINDS[kind]).label(Batch([Conversation(asked)]))
    return dict(label.value)


@pytest.mark.parametrize(
    ("asked", "categories"),
    [
        ("Write a Python function that parses a CSV file and returns a dict", {"code"}),
        ("Solve the equation 5x^2 + 3x - 2 = 0 and show the steps", {"maths"}),
        ("Write a poem about an old bicycle", {"creative_writing"}),
        ("Schreibe ein Gedicht über den Frühling", {"creative_writing"}),
        ("What is the capital of Peru?", set()),
        ("hello", set()),
    ],
)
def test_prompts_that_nobody_taught_have_the_categories_they_should(
    asked: str, categories: set[str]
) -> None:
    assert {name for name, holds in value("category", asked).items() if holds} == categories


def test_a_prompt_is_hard_by_six_criteria() -> None:
    hard = value(
        "hard",
        "Our PostgreSQL 15 replica falls 40 s behind under 3,000 writes/s. Design a monitoring "
        "plan, list the wal settings you would change, and write the SQL that finds the cause.",
    )
    assert hard["hard"]
    assert sum(bool(hard[f"hard_{name}"]) for name in CRITERIA) >= 6
    easy = value("hard", "hi there")
    assert not any(easy.values())


def test_occupations_have_verticals() -> None:
    found = value("occupation", "Which dose of insulin for a diabetic patient in hospital?")
    assert found == {"occupations": ["medicine_and_healthcare"], "verticals": ["medicine"]}
    assert len(OCCUPATIONS) == 23
    assert sum(map(len, VERTICALS.values())) == 23
    assert set(seed_examples("occupation").classes) == set(OCCUPATIONS)
    assert set(seed_examples("category").classes) == set(CATEGORIES)


@pytest.mark.parametrize(
    ("kind", "kappa"), [("category", 0.7), ("hard", 0.67), ("expert", 0.6), ("occupation", 0.68)]
)
def test_the_seed_teaches_what_the_reference_says(kind: str, kappa: float) -> None:
    """The figures of docs/reference/labels.md; worse than these is a defect."""
    found = cross_validated(seed_examples(kind), emphasis=SEED_EMPHASIS)
    assert found.kappa is not None
    assert found.kappa > kappa


def test_the_seed_teaches_the_same_every_time() -> None:
    assert seed_classifier("category").version == seed_classifier("category").version


def cooking() -> Examples:
    texts = ("boil an egg", "bake bread", "fix my loop", "join two tables")
    names = [(), (), ("code",), ("code",)]
    return Examples(texts, ("code",), table_of(names, ("code",)), Choice.ANY)


def test_an_operators_labeller_takes_the_place_of_the_one_that_ships(tmp_path: Path) -> None:
    examples = extended(seed_of("category"), cooking())
    trained = train_classifier(
        "category", examples.read, examples.truth, examples.classes, choice=examples.choice
    )
    trained.save(tmp_path / "category.labeller")
    by_name = {one.name: one for one in labellers_with(tmp_path)}
    assert by_name["category"].version == trained.version
    assert by_name["category"].columns == KINDS["category"].columns
    (chosen,) = chosen_labellers([str(tmp_path / "category.labeller")], tmp_path / "absent")
    assert chosen.version == trained.version
    (label,) = chosen.label(Batch([Conversation(("write a poem about rain",))]))
    assert label.value.keys() == KINDS["category"].columns.keys()


def taught(choice: Choice, *classes: str) -> LinearClassifier:
    """Teach that two texts have a class each."""
    truth = np.eye(2, len(classes), dtype=bool)
    return train_classifier("category", Reading(("a b", "c d")), truth, classes, choice=choice)


@pytest.mark.parametrize(
    ("choice", "classes"),
    [
        (Choice.ONE, ("programming", "verse")),
        (Choice.ANY, ("programming", "verse")),
        (Choice.ANY, ("code", "verse")),
        (Choice.ONE, ("code", "maths")),
    ],
)
def test_a_labeller_that_tells_other_classes_labels_no_battle(
    choice: Choice, classes: tuple[str, ...], tmp_path: Path
) -> None:
    taught(choice, *classes).save(tmp_path / "category.labeller")
    told = f"category.labeller tells {choice} of {', '.join(classes)}, and category is any of code"
    with pytest.raises(LabelError, match=f"{told}, .*: train it with --extend category"):
        labellers_with(tmp_path)


def test_a_class_as_likely_as_is_enough_is_found_by_evaluation_and_by_labelling() -> None:
    enough = np.log([LIKELY / (1 - LIKELY), 0.3 / 0.7])
    known = taught(Choice.ANY, "code", "maths")
    classifier = replace(known, weights=0 * known.weights, constants=enough)
    assert classifier.probabilities(Reading(("hi",)))[0, 0] == LIKELY
    assert classifier.classes_of(Reading(("hi",))) == [("code",)]
    (label,) = TrainedLabeller(KINDS["category"], classifier).label(Batch([Conversation(("hi",))]))
    assert [name for name, holds in label.value.items() if holds] == ["code"]


def test_what_does_not_fit_is_refused_in_a_sentence(tmp_path: Path) -> None:
    other = Examples(("a b", "c d"), ("zen",), table_of([("zen",), ()], ("zen",)), Choice.ANY)
    with pytest.raises(LabelError, match="have the class zen; what is extended has code"):
        extended(seed_of("category"), other)
    with pytest.raises(LabelError, match="'tone' has no examples; there are some of category"):
        seed_of("tone")
    topics = train_classifier("topic", other.read, other.truth, ["zen"], choice=Choice.ANY)
    topics.save(tmp_path / "topic.labeller")
    with pytest.raises(LabelError, match="tells topic, and battles are labelled by category"):
        trained_labeller(tmp_path / "topic.labeller")
