"""Which models do better than their price, size or speed predicts, and which give most for it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtri

from tiltyard.boards.board import Board
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.price_frontier import price_frontier
from tiltyard.boards.records import Estimate, Standing
from tiltyard.ratings.contrasts import residuals_from_line
from tiltyard.ratings.intervals import errors_of_differences
from tiltyard.ratings.pair_counts import Floats
from tiltyard.ratings.scaling import FeatureError

Verdict = Literal["above", "as_predicted", "below"]


@dataclass(frozen=True, slots=True)
class Valued:
    """One model beside what it costs.

    Parameters
    ----------
    standing
        As on the board.
    measure
        Its price, size, or whatever is asked about.
    expected
        The rating that the line gives this measure.
    residual
        Points above the line (below, when negative), with the interval of that distance.
    verdict
        `above` or `below` where the interval of the residual does not hold 0.
    frontier
        Whether no model that has the same or less of the measure is rated as high.
    surely_beaten_by
        Models with the same or less of it that are certainly stronger.
    """

    standing: Standing
    measure: float
    expected: float
    residual: Estimate
    verdict: Verdict
    frontier: bool
    surely_beaten_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A board beside a measure.

    Parameters
    ----------
    models
        By falling residual.
    per_doubling
        Rating points that twice the measure goes with, on the line.
    left_out
        Rated models without the measure, or with none above zero.
    """

    models: tuple[Valued, ...]
    per_doubling: Estimate
    left_out: tuple[str, ...]


def value_of(board: Board, measures: Mapping[str, float]) -> Value:
    """Compare ratings with the line through them over the logarithm of a measure.

    Every interval has the board's confidence and comes from the covariance of the ratings; see
    :mod:`tiltyard.ratings.contrasts` for what it means.

    Parameters
    ----------
    board
        With its covariance.
    measures
        By model, in any one unit; what is not above zero is left out.

    Raises
    ------
    RecipeError
        When the board has no covariance, or fewer than four rated models have the measure, or
        they all have the same.
    """
    known = _measured(board, measures)
    try:
        line = residuals_from_line(known.ratings, known.covariance, known.doublings.reshape(-1, 1))
    except FeatureError as error:
        raise RecipeError(f"The measure cannot predict ratings: {error}") from error
    confidence = board.recipe.confidence
    z = float(ndtri(0.5 + 0.5 * confidence))
    best = {one.standing.model for one in price_frontier(board, known.measures) if one.best}
    columns = (line.expected.tolist(), line.residuals.tolist(), line.errors.tolist())
    found = [
        _valued(
            one,
            known.measures[one.model],
            expected,
            Estimate.normal(distance, error, confidence),
            best,
            beaten,
        )
        for one, expected, distance, error, beaten in zip(
            known.standings, *columns, _beaten(known, z), strict=True
        )
    ]
    found.sort(key=lambda one: -one.residual.estimate)
    there = {one.model for one in known.standings}
    left_out = tuple(one.model for one in board.rated if one.model not in there)
    slope = Estimate.normal(float(line.slopes[0]), float(line.slope_errors[0]), confidence)
    return Value(tuple(found), slope, left_out)


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """The K rated models that have the measure: their ratings, covariance and log2 measures."""

    standings: list[Standing]
    measures: dict[str, float]
    ratings: Floats
    covariance: Floats
    doublings: Floats


def _measured(board: Board, measures: Mapping[str, float]) -> _Measured:
    if board.covariance is None:
        raise RecipeError("This board was read without its covariance: rank the votes again.")
    places = {model: place for place, model in enumerate(board.covered)}
    usable = {m: x for m, x in measures.items() if x > 0 and math.isfinite(x)}
    known = [one for one in board.rated if one.model in places and one.model in usable]
    rows = np.array([places[one.model] for one in known], np.int64)
    return _Measured(
        known,
        usable,
        np.array([one.rating for one in known], np.float64),
        board.covariance[np.ix_(rows, rows)],
        np.log2([usable[one.model] for one in known]),
    )


def _beaten(known: _Measured, z: float) -> list[tuple[str, ...]]:
    """List for each model those with no more of the measure that are certainly stronger."""
    above = known.ratings[:, None] - known.ratings
    surely = above > z * errors_of_differences(known.covariance)
    surely &= known.doublings[:, None] <= known.doublings
    names = [one.model for one in known.standings]
    return [
        tuple(names[row] for row in np.flatnonzero(surely[:, place])) for place in range(len(names))
    ]


def _valued(
    standing: Standing,
    measure: float,
    expected: float,
    residual: Estimate,
    best: set[str],
    beaten: tuple[str, ...],
) -> Valued:
    verdict: Verdict = "as_predicted"
    if residual.lower > 0:
        verdict = "above"
    elif residual.upper < 0:
        verdict = "below"
    return Valued(standing, measure, expected, residual, verdict, standing.model in best, beaten)
