"""From what was measured on the two sides to difference features of comparable size."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tiltyard.errors import TiltyardError
from tiltyard.ratings.pair_counts import Floats


class FeatureError(TiltyardError):
    """Features that no regression can use.

    Parameters
    ----------
    fault
        A sentence, or with `columns` what follows "are".
    columns
        Which features, counted from 0; whoever knows their names may say those instead.
    """

    status = 422
    title = "These features cannot be used"

    def __init__(self, fault: str, columns: Sequence[int] = ()) -> None:
        self.fault, self.columns = fault, tuple(columns)
        super().__init__(self.of([str(column) for column in columns]) if columns else fault)

    def of(self, names: Sequence[str]) -> str:
        """Say it of features by these names."""
        subject = "Feature {} is" if len(names) == 1 else "Features {} are"
        return f"{subject.format(', '.join(names))} {self.fault}"


def normalised_difference(a: npt.ArrayLike, b: npt.ArrayLike) -> Floats:
    """Shape as given. (a - b) / (a + b), and 0 where both are 0: between -1 and 1.

    The form of the published style control (LMArena 2024, "Does style matter?"), for counts and
    lengths, which are not negative.

    Raises
    ------
    FeatureError
        When a value is negative, NaN or infinite, or the shapes differ.
    """
    left, right = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if left.shape != right.shape:
        raise FeatureError(f"Sides of shapes {left.shape} and {right.shape} do not compare.")
    if not (np.isfinite(left) & np.isfinite(right) & (left >= 0) & (right >= 0)).all():
        raise FeatureError(
            "Normalised differences need counts: a value is negative, NaN or infinite."
        )
    total = left + right
    return (left - right) / np.where(total > 0, total, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Scales:
    """How columns were scaled, to scale others alike; both of shape (d,).

    Parameters
    ----------
    shift
        What was taken off.
    unit
        What the rest was divided by.
    """

    shift: Floats
    unit: Floats

    def of(self, columns: Floats) -> Floats:
        """Scale columns of shape (N, d)."""
        scaled: Floats = (columns - self.shift) / self.unit
        return scaled


def standardise(x: npt.ArrayLike, *, centred: bool = True) -> Floats:
    """Divide each column by its standard deviation (ddof 0), so that coefficients compare.

    Parameters
    ----------
    x
        Shape (N,) or (N, d).
    centred
        Subtract each column's mean first: the z-score, as published boards do. The subtracted
        means act like a small advantage of one side; without it a feature that is 0 stays 0, and
        the result is the same with the sides swapped.

    Raises
    ------
    FeatureError
        When a column is constant, or holds NaN or infinity.
    """
    columns = np.asarray(x, np.float64)
    if columns.size == 0:
        refuse_unless_finite(columns)
        return columns.copy()
    return standard_scales(columns, centred=centred).of(columns)


def standard_scales(columns: Floats, *, centred: bool = True) -> Scales:
    """Find the means, unless they stay, and standard deviations that :func:`standardise` takes.

    Raises
    ------
    FeatureError
        As it does.
    """
    refuse_unless_finite(columns)
    mean, deviation = columns.mean(axis=0), columns.std(axis=0)
    constant = np.atleast_1d(np.ptp(columns, axis=0) <= 1e-12 * np.abs(columns).max(axis=0))
    if constant.any():
        raise FeatureError(
            "the same for every vote, without a standard deviation to divide by: leave that out.",
            np.flatnonzero(constant).tolist(),
        )
    return Scales(mean if centred else np.zeros_like(mean), deviation)


def refuse_unless_finite(features: Floats) -> None:
    """Refuse NaN and infinity, naming their columns.

    Raises
    ------
    FeatureError
        When there are any.
    """
    bad = ~np.isfinite(features)
    if bad.any():
        columns = np.atleast_1d(bad.any(axis=0))
        row = int(bad.reshape(len(bad), -1).any(axis=1).argmax())
        raise FeatureError(
            f"NaN or infinite (first in vote {row}): "
            "leave those votes out, or fill in what they lack.",
            np.flatnonzero(columns).tolist(),
        )
