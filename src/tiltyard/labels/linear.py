"""A linear classifier of texts: trained in seconds, saved in one file."""

import hashlib
import json
import os
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from tiltyard.labels.errors import LabelError
from tiltyard.labels.features import (
    EMPHASIS,
    Features,
    Floats,
    NgramFeatures,
    VectorFeatures,
    Weights,
    stored_features,
)
from tiltyard.labels.logistic import Choice, Matrix, fitted, probabilities
from tiltyard.labels.reading import Reading
from tiltyard.labels.vectors import VectorSpace

STRENGTH = 10.0
"""How much an example weighs against the penalty of 1/2 on squared weights."""
LIKELY = 0.4
"""Of any number of classes, all that are so likely are taken: at 0.5 rare ones are missed."""


@dataclass(frozen=True)
class LinearClassifier:
    """A trained classifier.

    Attributes
    ----------
    name
        What it tells: the name of its labels.
    choice
        One class of each text, or any number of them.
    classes
        K names.
    features
        What it weighs, D of them.
    weights
        Shape (D, K).
    constants
        Shape (K,).
    """

    name: str
    choice: Choice
    classes: tuple[str, ...]
    features: Features
    weights: Weights
    constants: Weights

    @cached_property
    def version(self) -> str:
        """A digest of everything it was trained to: another training is another version."""
        digest = hashlib.sha256(json.dumps(self._head()).encode())
        for array in self._arrays().values():
            digest.update(array.tobytes())
        kind = "linear" if self.space is None else "vectors"
        return f"{kind}@{digest.hexdigest()[:12]}"

    @property
    def space(self) -> VectorSpace | None:
        """Whose vectors it reads; None when it reads the words themselves."""
        return self.features.space if isinstance(self.features, VectorFeatures) else None

    def probabilities(self, read: Reading) -> Floats:
        """Say how likely each class is for each text: shape (N, K).

        Raises
        ------
        LabelError
            When it reads vectors, and the texts come without them.
        """
        return probabilities(self.features.scores(read, self.weights) + self.constants, self.choice)

    def classes_of(self, read: Reading) -> list[tuple[str, ...]]:
        """Name the classes of each text: the likeliest one, or all that are likely enough."""
        likely = self.probabilities(read)
        if self.choice is Choice.ONE:
            return [(self.classes[place],) for place in likely.argmax(axis=1)]
        return [self.likely_classes(row) for row in likely]

    def likely_classes(self, likely: Floats) -> tuple[str, ...]:
        """Name the classes that are likely enough, of the probabilities of one text: shape (K,)."""
        return tuple(self.classes[place] for place in np.flatnonzero(likely >= LIKELY))

    def save(self, path: str | Path) -> None:
        """Write it to one file; the same classifier gives the same bytes.

        Who reads it meanwhile reads the one that was there before.

        Raises
        ------
        LabelError
            When it cannot be written there.
        """
        head = np.frombuffer(json.dumps(self._head()).encode(), np.uint8)
        place = Path(path)
        draft = place.with_name(f".{place.name}.{os.getpid()}.part")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                np.savez_compressed(file, head=head, **self._arrays())
            draft.replace(place)
        except OSError as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise LabelError(f"{path} cannot be written: {error.strerror or error}.") from error

    @classmethod
    def load(cls, path: str | Path) -> "LinearClassifier":
        """Read a file that :meth:`save` wrote.

        Raises
        ------
        LabelError
            When it cannot be read, or is something else.
        """
        try:
            with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as stored:
                head = json.loads(stored["head"].tobytes())
                features = stored_features(head, stored)
                weights, constants = stored["weights"], stored["constants"]
                _require_fit(features, weights, constants)
                name, choice, classes = head["name"], Choice(head["choice"]), head["classes"]
                return cls(name, choice, tuple(classes), features, weights, constants)
        except OSError as error:
            raise LabelError(f"{path} cannot be read: {error.strerror or error}.") from error
        except LabelError as error:
            raise LabelError(f"{path} cannot be used: {error}") from error
        except (ValueError, KeyError, TypeError, EOFError, BadZipFile, zlib.error) as error:
            raise LabelError(
                f"{path} holds no classifier: tiltyard label train makes one."
            ) from error

    def _arrays(self) -> dict[str, Any]:
        return {**self.features.arrays(), "weights": self.weights, "constants": self.constants}

    def _head(self) -> dict[str, object]:
        return {
            "name": self.name,
            "choice": self.choice,
            "classes": self.classes,
            **self.features.head(),
        }


def _require_fit(features: Features, weights: Weights, constants: Weights) -> None:
    if weights.shape != (features.size, *constants.shape):
        raise ValueError(weights.shape)


def train_classifier(
    name: str,
    read: Reading,
    truth: npt.NDArray[np.bool_],
    classes: Sequence[str],
    *,
    choice: Choice,
    strength: float = STRENGTH,
    emphasis: float = EMPHASIS,
) -> LinearClassifier:
    """Train a classifier by penalised maximum likelihood.

    Logistic regression: softmax for one class of each text, a logistic function of each class
    otherwise.

    Parameters
    ----------
    name
        What the classes tell.
    read
        N texts; of those that come with vectors, these are the features, and of others the
        n-grams that are in two examples at least, and measures.
    truth
        Shape (N, K). Which classes each text has.
    classes
        K names.
    choice
        One class of each text, or any number.
    strength
        The weight of an example against the penalty; 10 by default, which cross-validation on
        published prompts prefers to 1 and 100.
    emphasis
        How much measures are scaled. The fewer the examples, the more they help.
    """
    features: Features
    matrix: Matrix
    if read.vectors is None:
        features, matrix = NgramFeatures.learned(read, emphasis)
    else:
        features, matrix = VectorFeatures.learned(read, read.vectors.space)
    weights, constants = fitted(matrix, truth.astype(np.float64), choice, strength)
    return LinearClassifier(
        name,
        choice,
        tuple(classes),
        features,
        weights.astype(np.float32),
        constants.astype(np.float32),
    )
