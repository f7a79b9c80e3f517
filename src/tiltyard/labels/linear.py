"""A linear classifier of texts: trained in seconds, saved in one file, read by nobody's service."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit, log_softmax, softmax

from tiltyard.labels.errors import LabelError
from tiltyard.labels.ngrams import BITS, hashed_ngrams

Floats = npt.NDArray[np.float64]

STRENGTH = 10.0
"""How much an example weighs against the penalty of 1/2 on squared weights."""
STEPS = 100
LIKELY = 0.5


class Choice(StrEnum):
    """Whether a text has exactly one of the classes, or any number of them."""

    ONE = "one"
    ANY = "any"


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
    places
        Shape (D,). The places of hashed n-grams that have weights.
    weights
        Shape (D, K). Weights of log counts, inverse document frequency included.
    constants
        Shape (K,).
    bits
        The hashed vectors have 2**bits places.
    """

    name: str
    choice: Choice
    classes: tuple[str, ...]
    places: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    constants: npt.NDArray[np.float32]
    bits: int = BITS

    @cached_property
    def version(self) -> str:
        """A digest of everything it was trained to: another training is another version."""
        digest = hashlib.sha256(json.dumps(self._head()).encode())
        for array in (self.places, self.weights, self.constants):
            digest.update(array.tobytes())
        return f"linear@{digest.hexdigest()[:12]}"

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Say how likely each class is for each text: shape (N, K)."""
        counts = _normalised(hashed_ngrams(texts, bits=self.bits))
        return _probabilities(counts @ self._table + self.constants, self.choice)

    def classes_of(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """Name the classes of each text: the likeliest one, or all that are likelier than not."""
        likely = self.probabilities(texts)
        if self.choice is Choice.ONE:
            return [(self.classes[place],) for place in likely.argmax(axis=1)]
        return [
            tuple(self.classes[place] for place in np.flatnonzero(row > LIKELY)) for row in likely
        ]

    def save(self, path: str | Path) -> None:
        """Write it to one file; the same classifier gives the same bytes."""
        with Path(path).open("wb") as file:
            np.savez_compressed(
                file,
                head=np.frombuffer(json.dumps(self._head()).encode(), np.uint8),
                places=self.places,
                weights=self.weights,
                constants=self.constants,
            )

    @classmethod
    def load(cls, path: str | Path) -> "LinearClassifier":
        """Read a file that :meth:`save` wrote.

        Raises
        ------
        LabelError
            When it cannot be read, or is something else.
        """
        try:
            with np.load(path, allow_pickle=False) as stored:
                head = json.loads(stored["head"].tobytes())
                return cls(
                    head["name"],
                    Choice(head["choice"]),
                    tuple(head["classes"]),
                    stored["places"],
                    stored["weights"],
                    stored["constants"],
                    head["bits"],
                )
        except OSError as error:
            raise LabelError(f"{path} cannot be read: {error.strerror or error}.") from error
        except (ValueError, KeyError, TypeError, EOFError) as error:
            raise LabelError(
                f"{path} holds no classifier: tiltyard label train makes one."
            ) from error

    @cached_property
    def _table(self) -> Floats:
        """The weights of every place, most of them zero: faster than to pick columns."""
        table = np.zeros((1 << self.bits, len(self.classes)))
        table[self.places] = self.weights
        return table

    def _head(self) -> dict[str, object]:
        return {
            "name": self.name,
            "choice": self.choice,
            "classes": self.classes,
            "bits": self.bits,
        }


def train_classifier(
    name: str,
    texts: Sequence[str],
    truth: npt.NDArray[np.bool_],
    classes: Sequence[str],
    *,
    choice: Choice,
    strength: float = STRENGTH,
) -> LinearClassifier:
    """Train a classifier by penalised maximum likelihood, to the optimum of a convex problem.

    Logistic regression on normalised log counts with inverse document frequencies (softmax for
    one class of each text, a logistic function of each class otherwise), by L-BFGS.

    Parameters
    ----------
    name
        What the classes tell.
    texts
        N texts.
    truth
        Shape (N, K). Which classes each text has.
    classes
        K names.
    choice
        One class of each text, or any number.
    strength
        The weight of an example against the penalty; 10 by default, which cross-validation on
        published prompts prefers to 1 and 100.
    """
    counts = hashed_ngrams(texts)
    places = np.unique(counts.indices)
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])[places]
    rarity = np.log((1 + len(texts)) / (1 + frequency)) + 1
    features = _normalised(counts)[:, places] @ sparse.diags_array(rarity)
    fitted = _fit(features.tocsr(), truth.astype(np.float64), choice, strength)
    return LinearClassifier(
        name,
        choice,
        tuple(classes),
        places.astype(np.int32),
        (fitted[:-1] * rarity[:, None]).astype(np.float32),
        fitted[-1].astype(np.float32),
    )


def _fit(features: sparse.csr_array, truth: Floats, choice: Choice, strength: float) -> Floats:
    """Find weights, and constants as their last row."""
    classes, across = truth.shape[1], features.T.tocsr()

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(-1, classes)
        scores = features @ weights[:-1] + weights[-1]
        wrong = _probabilities(scores, choice) - truth
        gradient = strength * np.vstack([across @ wrong, wrong.sum(axis=0)])
        gradient[:-1] += weights[:-1]
        penalty = 0.5 * float(np.square(weights[:-1]).sum())
        return strength * _log_loss(scores, truth, choice) + penalty, gradient.ravel()

    start = np.zeros((features.shape[1] + 1) * classes)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return np.asarray(found.x, np.float64).reshape(-1, classes)


def _normalised(counts: sparse.csr_array) -> sparse.csr_array:
    """Give every text the length one, so that long ones do not speak louder."""
    lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1.0
    return sparse.csr_array(sparse.diags_array(1.0 / lengths) @ counts)


def _probabilities(scores: Floats, choice: Choice) -> Floats:
    return softmax(scores, axis=1) if choice is Choice.ONE else expit(scores)


def _log_loss(scores: Floats, truth: Floats, choice: Choice) -> float:
    if choice is Choice.ONE:
        return -float((truth * log_softmax(scores, axis=1)).sum())
    return float((np.logaddexp(0.0, scores) - truth * scores).sum())
