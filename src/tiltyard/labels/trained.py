"""Labellers that learned from examples: of the seed that ships, or of an operator's own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
import polars as pl

from tiltyard.labels.errors import LabelError
from tiltyard.labels.examples import Examples
from tiltyard.labels.labeller import Batch, ColumnType, Label
from tiltyard.labels.linear import LinearClassifier, train_classifier
from tiltyard.labels.occupations import verticals_of
from tiltyard.labels.reading import Reading
from tiltyard.labels.seed import seed_digest, seed_examples
from tiltyard.labels.vectors import VectorSpace

CRITERIA = (
    "specificity",
    "domain_knowledge",
    "complexity",
    "problem_solving",
    "creativity",
    "technical_accuracy",
    "real_world",
)
"""The seven published criteria of a hard prompt (Li et al. 2024, "From Crowdsourced Data to
High-Quality Benchmarks")."""
HARD_FROM = 6
SEED_EMPHASIS = 1.0
"""The seed has too few examples to teach words of topics; so measures speak louder."""

Found = Sequence[str]
_training = Lock()


@dataclass(frozen=True)
class Kind:
    """What one trained labeller tells: its columns, how they follow from classes, and back."""

    name: str
    columns: Mapping[str, ColumnType]
    value: Callable[[Found], dict[str, Any]]
    classes: Callable[[Mapping[str, Any]], Found]


CATEGORIES = ("code", "maths", "creative_writing", "instruction_following")

CATEGORY = Kind(
    "category",
    dict.fromkeys(CATEGORIES, pl.Boolean),
    lambda found: {name: name in found for name in CATEGORIES},
    lambda value: [name for name in CATEGORIES if value[name]],
)
HARD = Kind(
    "hard",
    dict.fromkeys((*(f"hard_{name}" for name in CRITERIA), "hard"), pl.Boolean),
    lambda found: {
        **{f"hard_{name}": name in found for name in CRITERIA},
        "hard": sum(name in found for name in CRITERIA) >= HARD_FROM,
    },
    lambda value: [name for name in CRITERIA if value[f"hard_{name}"]],
)
EXPERT = Kind(
    "expert",
    {"expert": pl.Boolean},
    lambda found: {"expert": "expert" in found},
    lambda value: ["expert"] if value["expert"] else [],
)
OCCUPATION = Kind(
    "occupation",
    dict.fromkeys(("occupations", "verticals"), pl.List(pl.String)),
    lambda found: {"occupations": sorted(found), "verticals": verticals_of(list(found))},
    lambda value: list(value["occupations"]),
)
KINDS = {kind.name: kind for kind in (CATEGORY, HARD, EXPERT, OCCUPATION)}


class TrainedLabeller:
    """Label prompts by a linear classifier.

    Parameters
    ----------
    kind
        What it tells.
    classifier
        A trained one; of the seed when left out, which is learned when it is first needed.
    """

    def __init__(self, kind: Kind, classifier: LinearClassifier | None = None) -> None:
        self.name = kind.name
        self.columns = kind.columns
        self.version = f"seed@{seed_digest()}" if classifier is None else classifier.version
        self._kind = kind
        self._given = classifier

    def label(self, batch: Batch) -> list[Label]:
        """Say which classes what the person wrote has."""
        likely = self.classifier.probabilities(batch.read_prompts)
        return [self._labelled(row) for row in likely]

    @property
    def space(self) -> VectorSpace | None:
        """Whose vectors it reads; None when it reads the words themselves."""
        return None if self._given is None else self._given.space

    @cached_property
    def classifier(self) -> LinearClassifier:
        """The classifier, learned from the seed where none was given."""
        if self._given is not None:
            return self._given
        with _training:
            return seed_classifier(self.name)

    def _labelled(self, likely: "np.ndarray[Any, np.dtype[np.float64]]") -> Label:
        found = self.classifier.likely_classes(likely)
        sure = np.maximum(likely, 1 - likely).min(initial=1.0)
        return Label(self._kind.value(found), float(sure))


def seed_of(kind: str) -> Examples:
    """Give the examples that a trained labeller ships with.

    Raises
    ------
    LabelError
        When no such labeller learned from examples.
    """
    if kind not in KINDS:
        raise LabelError(f"{kind!r} has no examples; there are some of {', '.join(KINDS)}.")
    return seed_examples(kind)


def seed_classifier(kind: str) -> LinearClassifier:
    """Learn one kind of labels from the seed; the same every time."""
    seed = seed_examples(kind)
    return train_classifier(
        kind,
        Reading(seed.texts),
        seed.truth,
        seed.classes,
        choice=seed.choice,
        emphasis=SEED_EMPHASIS,
    )
