import numpy as np
import pytest
import statsmodels.api as sm

from tiltyard.ratings.contrasts import residuals_from_line
from tiltyard.ratings.scaling import FeatureError

PRICES = np.log2([1.0, 2.0, 4.0, 8.0, 16.0, 64.0]).reshape(-1, 1)


def test_the_line_and_what_is_left_are_those_of_ordinary_least_squares() -> None:
    random = np.random.default_rng(1)
    strengths = random.normal(size=6)
    found = residuals_from_line(strengths, np.eye(6), PRICES)
    judge = sm.OLS(strengths, sm.add_constant(PRICES)).fit()
    np.testing.assert_allclose(found.expected, judge.fittedvalues)
    np.testing.assert_allclose(found.residuals, judge.resid)
    np.testing.assert_allclose(found.slopes, judge.params[1:])
    assert found.slope_errors == pytest.approx(judge.bse[1:] / np.sqrt(judge.mse_resid))


def test_errors_are_the_spread_of_the_residuals_of_drawn_strengths() -> None:
    random = np.random.default_rng(2)
    root = random.normal(size=(6, 6))
    drawn = random.multivariate_normal(np.zeros(6), root @ root.T, size=40_000)
    found = residuals_from_line(drawn[0], root @ root.T, PRICES)
    spread = np.std([residuals_from_line(d, root, PRICES).residuals for d in drawn[:4000]], axis=0)
    np.testing.assert_allclose(found.errors, spread, rtol=0.05)


def test_the_gauge_changes_nothing() -> None:
    random = np.random.default_rng(3)
    root = random.normal(size=(6, 6))
    covariance = root @ root.T
    shift = np.eye(6) - 1 / 6
    one = residuals_from_line(np.arange(6.0), covariance, PRICES)
    other = residuals_from_line(np.arange(6.0) + 40, shift @ covariance @ shift.T, PRICES)
    np.testing.assert_allclose(one.residuals, other.residuals, atol=1e-9)
    np.testing.assert_allclose(one.errors, other.errors)


def test_several_features_are_held_constant_together() -> None:
    features = np.column_stack([PRICES[:, 0], [3.0, 1.0, 4.0, 1.0, 5.0, 9.0]])
    strengths = features @ [2.0, -1.0] + 7
    found = residuals_from_line(strengths, np.eye(6), features)
    np.testing.assert_allclose(found.residuals, 0, atol=1e-9)
    np.testing.assert_allclose(found.slopes, [2.0, -1.0])


@pytest.mark.parametrize(
    ("features", "said"),
    [
        (np.ones((6, 1)), "the same for all models"),
        (np.column_stack([PRICES, 2 * PRICES]), "made of each other"),
        (np.full((6, 1), np.nan), "NaN or infinite"),
        (PRICES[:3], "3 models are too few"),
    ],
)
def test_what_cannot_predict_is_refused(features: np.ndarray, said: str) -> None:
    models = len(features)
    with pytest.raises(FeatureError, match=said):
        residuals_from_line(np.zeros(models), np.eye(models), features)
