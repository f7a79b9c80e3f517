"""Refuse features that say nothing, or nothing that other features or the models do not say."""

import numpy as np
from scipy import linalg

from tiltyard.ratings.pair_counts import Floats
from tiltyard.ratings.scaling import FeatureError
from tiltyard.ratings.semidefinite import common_shift, pseudo_inverse

COLLINEAR = 1e-9
"""Share of a column's variation that the other columns and the models must leave unexplained."""
TAKES_PART = 1e-4
"""Smallest share in a null direction, of length one, that counts a column in."""


def refuse_zero(features: Floats, weight: Floats) -> None:
    """Refuse columns that differ on no vote.

    Parameters
    ----------
    features
        Shape (d, N), one row per feature.
    weight
        Shape (N,). Votes of weight zero do not count.

    Raises
    ------
    FeatureError
        Naming the columns.
    """
    empty = ~((features != 0) & (weight > 0)).any(axis=1)
    if empty.any():
        raise FeatureError(
            "zero in every vote that counts: leave that out.", np.flatnonzero(empty).tolist()
        )


def refuse_explained(products: Floats, models: int) -> None:
    """Refuse columns that follow from the models alone, which no ridge can mend.

    Parameters
    ----------
    products, models
        As for :func:`refuse_collinear`.

    Raises
    ------
    FeatureError
        Naming the columns.
    """
    explained = np.diag(_left_over(products, models)) < COLLINEAR
    if explained.any():
        raise FeatureError(
            "told by the models alone, as a list price is, and cannot be told apart from their "
            "strengths: leave that out.",
            np.flatnonzero(explained).tolist(),
        )


def refuse_collinear(products: Floats, models: int) -> None:
    """Refuse columns that, given the models and the other columns, carry no information.

    Parameters
    ----------
    products
        Shape (K + d, K + d). Sum over votes of weight times xx', x = [model columns, features];
        no feature is zero throughout.
    models
        Number of models, K, joined by votes.

    Raises
    ------
    FeatureError
        Naming the columns.
    """
    refuse_explained(products, models)
    values, vectors = linalg.eigh(_left_over(products, models))
    null = vectors[:, values < COLLINEAR]
    if null.size:
        tied = np.flatnonzero(np.abs(null).max(axis=1) > TAKES_PART)
        raise FeatureError(
            "collinear: the votes cannot tell such features from one another; leave one out, "
            "or add a ridge.",
            tied.tolist(),
        )


def _left_over(products: Floats, models: int) -> Floats:
    """Shape (d, d). What the models leave of the features' variation, each in units of its own."""
    cross, own = products[:models, models:], products[models:, models:]
    bread = pseudo_inverse(products[:models, :models], common_shift(models))
    scale = 1.0 / np.sqrt(np.diag(own))
    left: Floats = (own - cross.T @ bread @ cross) * np.outer(scale, scale)
    return left
