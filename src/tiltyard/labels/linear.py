"""A linear classifier of texts: trained in seconds, saved in one file, read by nobody's service."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit, log_softmax, softmax
from threadpoolctl import threadpool_limits

from tiltyard.labels.errors import LabelError
from tiltyard.labels.measures import measure_names, measured
from tiltyard.labels.ngrams import BITS, hashed_ngrams

Floats = npt.NDArray[np.float64]

STRENGTH = 10.0
"""How much an example weighs against the penalty of 1/2 on squared weights."""
EMPHASIS = 0.2
SHARED_BY = 2
"""An n-gram of one example alone says nothing about others."""
STEPS = 200
LIKELY = 0.4
"""Of any number of classes, all that are so likely are taken: at 0.5 rare ones are missed."""
FEW = 3_000
TINY = 1e-10


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
    rarity
        Shape (D,). Their inverse document frequency.
    weights
        Shape (D + M, K). Weights of n-grams, scaled to the length one over a text, and of M
        measures.
    constants
        Shape (K,).
    emphasis
        How much a measure is scaled beside the n-grams.
    bits
        The hashed vectors have 2**bits places.
    """

    name: str
    choice: Choice
    classes: tuple[str, ...]
    places: npt.NDArray[np.int32]
    rarity: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]
    constants: npt.NDArray[np.float32]
    emphasis: float = EMPHASIS
    bits: int = BITS

    @cached_property
    def version(self) -> str:
        """A digest of everything it was trained to: another training is another version."""
        digest = hashlib.sha256(json.dumps(self._head()).encode())
        for array in self._arrays().values():
            digest.update(array.tobytes())
        return f"linear@{digest.hexdigest()[:12]}"

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Say how likely each class is for each text: shape (N, K)."""
        return self.likely(hashed_ngrams(texts, bits=self.bits), measured(texts))

    def likely(self, counts: sparse.csr_array, measures: Floats) -> Floats:
        """Say how likely each class is, from n-grams and measures that were counted before.

        Parameters
        ----------
        counts
            Shape (N, 2**bits). Of :func:`hashed_ngrams`.
        measures
            Shape (N, M). Of :func:`measured`.
        """
        known = _known(counts, self._rows, len(self.places))
        ngrams = _weighed(known, self.rarity.astype(np.float64))
        size = len(self.places)
        scores = ngrams @ self.weights[:size] + measures @ (self.emphasis * self.weights[size:])
        return _probabilities(scores + self.constants, self.choice)

    def classes_of(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """Name the classes of each text: the likeliest one, or all that are likely enough."""
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
                **self._arrays(),
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
                    stored["rarity"],
                    stored["weights"],
                    stored["constants"],
                    head["emphasis"],
                    head["bits"],
                )
        except OSError as error:
            raise LabelError(f"{path} cannot be read: {error.strerror or error}.") from error
        except (ValueError, KeyError, TypeError, EOFError) as error:
            raise LabelError(
                f"{path} holds no classifier: tiltyard label train makes one."
            ) from error

    @cached_property
    def _rows(self) -> npt.NDArray[np.int32]:
        """The row of every place's weights; -1 where it has none."""
        rows = np.full(1 << self.bits, -1, np.int32)
        rows[self.places] = np.arange(len(self.places))
        return rows

    def _arrays(self) -> dict[str, Any]:
        return {
            "places": self.places,
            "rarity": self.rarity,
            "weights": self.weights,
            "constants": self.constants,
        }

    def _head(self) -> dict[str, object]:
        return {
            "name": self.name,
            "choice": self.choice,
            "classes": self.classes,
            "emphasis": self.emphasis,
            "measures": measure_names(),
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
    emphasis: float = EMPHASIS,
) -> LinearClassifier:
    """Train a classifier by penalised maximum likelihood, to the optimum of a convex problem.

    Logistic regression (softmax for one class of each text, a logistic function of each class
    otherwise) by L-BFGS on two kinds of features: log counts of the n-grams that are in two
    examples at least, weighed by inverse document frequency and scaled to the length one, and
    measures.

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
    emphasis
        How much measures are scaled. The fewer the examples, the more they help.
    """
    counts = hashed_ngrams(texts)
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    places = np.flatnonzero(frequency >= min(SHARED_BY, len(texts)))
    rarity = np.log((1 + len(texts)) / (1 + frequency[places])) + 1
    ngrams = _weighed(sparse.csr_array(counts[:, places]), rarity)
    features = sparse.hstack([ngrams, sparse.csr_array(emphasis * measured(texts))]).tocsr()
    weights, constants = _fitted(features, truth.astype(np.float64), choice, strength)
    return LinearClassifier(
        name,
        choice,
        tuple(classes),
        places.astype(np.int32),
        rarity.astype(np.float32),
        weights.astype(np.float32),
        constants.astype(np.float32),
        emphasis,
    )


def _fitted(
    features: sparse.csr_array, truth: Floats, choice: Choice, strength: float
) -> tuple[Floats, Floats]:
    """Find weights and constants.

    The best weights are sums of examples (the representer theorem), so that with few examples the
    same optimum is found in as many dimensions as there are examples.
    """
    if features.shape[0] > FEW:
        found = _fit(features, truth, choice, strength)
        return found[:-1], found[-1]
    # On one core: the matrices are small, and on a busy machine threads wait for each other.
    with threadpool_limits(1):
        sizes, turned = np.linalg.eigh((features @ features.T).toarray())
        real = sizes > TINY * sizes.max(initial=1.0)
        scales = np.sqrt(sizes[real])
        found = _fit(turned[:, real] * scales, truth, choice, strength)
        return features.T @ (turned[:, real] / scales @ found[:-1]), found[-1]


def _fit(
    features: Floats | sparse.csr_array, truth: Floats, choice: Choice, strength: float
) -> Floats:
    """Find weights, and constants as their last row."""
    classes, across = truth.shape[1], features.T

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


def _known(counts: sparse.csr_array, rows: npt.NDArray[np.int32], size: int) -> sparse.csr_array:
    """Keep the n-grams that have weights, and number them as the weights are."""
    numbered = rows[counts.indices]
    known = numbered >= 0
    ends = np.concatenate([[0], np.cumsum(known)])[counts.indptr]
    return sparse.csr_array((counts.data[known], numbered[known], ends), (counts.shape[0], size))


def _weighed(counts: sparse.csr_array, rarity: Floats) -> sparse.csr_array:
    """Weigh n-grams, and give every text the length one, so that long ones do not speak louder."""
    data = counts.data * rarity[counts.indices]
    weighed = sparse.csr_array((data, counts.indices, counts.indptr), counts.shape)
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1.0
    return sparse.csr_array(sparse.diags_array(1.0 / lengths) @ weighed)


def _probabilities(scores: Floats, choice: Choice) -> Floats:
    return softmax(scores, axis=1) if choice is Choice.ONE else expit(scores)


def _log_loss(scores: Floats, truth: Floats, choice: Choice) -> float:
    if choice is Choice.ONE:
        return -float((truth * log_softmax(scores, axis=1)).sum())
    return float((np.logaddexp(0.0, scores) - truth * scores).sum())
