"""Refuse features that say nothing, or nothing that other features or the models do not say."""

import numpy as np
from scipy import linalg

from tiltyard.ratings.pair_counts import Floats
from tiltyard.ratings.scaling import FeatureError, named
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
            f"{named(np.flatnonzero(empty))} zero in every vote that counts; leave it out."
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
    cross, own = products[:models, models:], products[models:, models:]
    bread = pseudo_inverse(products[:models, :models], common_shift(models))
    scale = 1.0 / np.sqrt(np.diag(own))
    left = (own - cross.T @ bread @ cross) * np.outer(scale, scale)
    values, vectors = linalg.eigh(left)
    null = vectors[:, values < COLLINEAR]
    if null.size:
        tied = np.flatnonzero(np.abs(null).max(axis=1) > TAKES_PART)
        raise FeatureError(
            f"{named(tied)} collinear: the votes cannot tell such features from "
            "one another or from the models; leave one out, or add a ridge."
        )
