"""What a compatibility mode returns."""

from dataclasses import dataclass

import numpy as np

from tiltyard.ratings.pair_counts import Floats, Indices


@dataclass(frozen=True, slots=True, eq=False)
class CompatibleFit:
    """Ratings as another tool reports them.

    Parameters
    ----------
    ratings
        Shape (K,). Points; NaN for a model without votes, which those tools do not list.
    lower, upper
        Shape (K,). Bounds as the tool puts them; None when no interval was asked for.
    variances
        Shape (K,). Square points; None when no interval was asked for.
    coefficients
        Shape (d,). Log-odds per unit of each feature; empty without features.
    """

    ratings: Floats
    lower: Floats | None
    upper: Floats | None
    variances: Floats | None
    coefficients: Floats


def spread(values: Floats, members: Indices, models: int) -> Floats:
    """Put values of the models that have votes, along the last axis, among all K; NaN elsewhere."""
    out = np.full((*values.shape[:-1], models), np.nan)
    out[..., members] = values
    return out
