"""Penalised logistic regression, to the optimum of a convex problem."""

from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit, log_softmax, softmax
from threadpoolctl import threadpool_limits

Floats = npt.NDArray[np.float64]
Matrix = Floats | sparse.csr_array

STEPS = 200
FEW = 3_000
TINY = 1e-10


class Choice(StrEnum):
    """Whether a text has exactly one of the classes, or any number of them."""

    ONE = "one"
    ANY = "any"


def probabilities(scores: Floats, choice: Choice) -> Floats:
    """Make probabilities of scores."""
    return softmax(scores, axis=1) if choice is Choice.ONE else expit(scores)


def fitted(
    features: Matrix, truth: Floats, choice: Choice, strength: float
) -> tuple[Floats, Floats]:
    """Find weights and constants, by L-BFGS.

    The best weights are sums of examples (the representer theorem), so that with fewer examples
    than features the same optimum is found in as many dimensions as there are examples.
    """
    if features.shape[0] > _few(features):
        found = _fit(features, truth, choice, strength)
        return found[:-1], found[-1]
    # On one core: the matrices are small, and on a busy machine threads wait for each other.
    with threadpool_limits(1):
        sizes, turned = np.linalg.eigh(_products(features))
        real = sizes > TINY * sizes.max(initial=1.0)
        scales = np.sqrt(sizes[real])
        found = _fit(turned[:, real] * scales, truth, choice, strength)
        return features.T @ (turned[:, real] / scales @ found[:-1]), found[-1]


def _few(features: Matrix) -> int:
    return FEW if sparse.issparse(features) else min(FEW, features.shape[1])


def _products(features: Matrix) -> Floats:
    if isinstance(features, np.ndarray):
        return features @ features.T
    products: Floats = (features @ features.T).toarray()
    return products


def _fit(features: Matrix, truth: Floats, choice: Choice, strength: float) -> Floats:
    """Find weights, and constants as their last row."""
    classes, across = truth.shape[1], features.T

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(-1, classes)
        scores = features @ weights[:-1] + weights[-1]
        wrong = probabilities(scores, choice) - truth
        gradient = strength * np.vstack([across @ wrong, wrong.sum(axis=0)])
        gradient[:-1] += weights[:-1]
        penalty = 0.5 * float(np.square(weights[:-1]).sum())
        return strength * _log_loss(scores, truth, choice) + penalty, gradient.ravel()

    start = np.zeros((features.shape[1] + 1) * classes)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return np.asarray(found.x, np.float64).reshape(-1, classes)


def _log_loss(scores: Floats, truth: Floats, choice: Choice) -> float:
    if choice is Choice.ONE:
        return -float((truth * log_softmax(scores, axis=1)).sum())
    return float((np.logaddexp(0.0, scores) - truth * scores).sum())
