"""Against what FastChat and arena-rank themselves said: see benchmarks/golden.py."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tiltyard.ratings.bradley_terry import fit_bradley_terry
from tiltyard.ratings.compatibility.arena_rank import (
    arena_rank_features,
    fit_arena_rank,
    fit_arena_rank_style,
)
from tiltyard.ratings.compatibility.fastchat import (
    fastchat_features,
    fit_fastchat,
    fit_fastchat_style,
)
from tiltyard.ratings.compatibility.result import CompatibleFit
from tiltyard.ratings.pair_counts import Code, CountsError, Floats
from tiltyard.ratings.votes import Votes

GOLDEN = Path(__file__).parent.parent / "golden"
ROUNDS = 8


def golden(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text())
    return document


def votes(*, models: int = 12) -> Votes:
    document = golden("votes")
    columns = (document[name] for name in ("model_a", "model_b", "outcome"))
    return Votes.from_arrays(*columns, models=models)


def counts(side: str) -> Floats:
    return np.array(golden("votes")[f"counts_{side}"]).T


def assert_same(fit: CompatibleFit, said: dict[str, list[float]], *, bounds: float = 1e-7) -> None:
    """Ratings and coefficients to 1e-9, bounds to a ten-millionth of a point unless said."""
    assert fit.ratings == pytest.approx(said["ratings"], abs=1e-9)
    assert fit.coefficients == pytest.approx(said.get("coefficients", []), abs=1e-9)
    assert fit.lower == pytest.approx(said["lower"], abs=bounds)
    assert fit.upper == pytest.approx(said["upper"], abs=bounds)
    assert fit.variances == pytest.approx(said["variances"], rel=bounds)


def test_fastchat_ratings_and_bootstrap_bounds_are_its_own() -> None:
    assert_same(fit_fastchat(votes()), golden("fastchat")["boards"]["plain"])


def test_fastchat_shifts_every_resample_to_its_anchor() -> None:
    fit = fit_fastchat(votes(), anchor=(3, 1114.0), rounds=ROUNDS)
    assert_same(fit, golden("fastchat")["boards"]["anchored"])
    assert fit.lower is not None
    assert fit.lower[3] == fit.ratings[3] == 1114.0


def test_fastchat_style_control_is_its_own() -> None:
    features = fastchat_features(counts("a"), counts("b"))
    fit = fit_fastchat_style(votes(), features=features, rounds=ROUNDS)
    assert_same(fit, golden("fastchat")["boards"]["style"])


def test_arena_rank_ratings_and_sandwich_bounds_are_its_own() -> None:
    assert_same(fit_arena_rank(votes()), golden("arena_rank")["boards"]["plain"])


def test_arena_rank_with_balanced_pairs_is_its_own() -> None:
    """Bounds to 1e-4 only: its Hessian is singular but for 1e-5, which amplifies rounding."""
    fit = fit_arena_rank(votes(), pair_balanced=True, confidence=0.9)
    assert_same(fit, golden("arena_rank")["boards"]["balanced"], bounds=1e-4)


def test_arena_rank_bootstrap_draws_the_same_resamples() -> None:
    fit = fit_arena_rank(votes(), rounds=ROUNDS)
    assert_same(fit, golden("arena_rank")["boards"]["bootstrap"])


def test_arena_rank_style_control_is_its_own() -> None:
    features = arena_rank_features(counts("a"), counts("b"))
    fit = fit_arena_rank_style(votes(), features=features)
    assert_same(fit, golden("arena_rank")["boards"]["style"])


def test_arena_rank_style_control_without_ridge_is_its_own() -> None:
    features = arena_rank_features(counts("a"), counts("b"))
    fit = fit_arena_rank_style(votes(), features=features, ridge=0.0, pair_balanced=False)
    assert_same(fit, golden("arena_rank")["boards"]["style_without_ridge"])


def test_arena_rank_style_bootstrap_draws_the_same_votes() -> None:
    features = arena_rank_features(counts("a"), counts("b"))
    fit = fit_arena_rank_style(votes(), features=features, rounds=ROUNDS)
    assert_same(fit, golden("arena_rank")["boards"]["style_bootstrap"])


def test_neither_tool_is_a_tenth_of_a_point_from_the_exact_fit() -> None:
    """They differ from it by where they stop."""
    counted, _ = votes().to_counts()
    exact = 1000 + 400 / np.log(10) * fit_bradley_terry(counted).strengths
    for fit in (fit_fastchat(votes(), rounds=0), fit_arena_rank(votes())):
        assert 0 < np.abs(fit.ratings - exact).max() < 0.1


def test_arena_rank_shrinks_a_planted_style_effect_and_fastchat_does_not() -> None:
    a, b = counts("a"), counts("b")
    kept = fit_fastchat_style(votes(), features=fastchat_features(a, b)).coefficients
    shrunk = fit_arena_rank_style(votes(), features=arena_rank_features(a, b)).coefficients
    assert kept[0] > 0.2
    assert shrunk[0] < 0.06


def test_arena_rank_understates_the_interval_of_a_newcomer_in_a_long_log() -> None:
    """50 votes among 200,000, where the exact standard error is that of 50 votes."""
    models, newcomer, pairs = 5, 4, [(0, 1), (1, 2), (2, 3), (3, 0)]
    rows = [(a, b, code, 25_000) for a, b in pairs for code in (Code.A, Code.B)]
    rows += [(newcomer, 0, Code.A, 25), (newcomer, 0, Code.B, 25)]
    a, b, outcome, often = (np.array(column) for column in zip(*rows, strict=True))
    log = Votes.from_arrays(a, b, outcome, models=models).rows(np.repeat(np.arange(len(a)), often))
    fit, exact = fit_arena_rank(log), fit_bradley_terry(log.to_counts()[0])
    assert fit.variances is not None
    error = np.sqrt(fit.variances[newcomer]) / (400 / np.log(10))
    assert error < 0.95 * np.sqrt(exact.covariance[newcomer, newcomer])


def test_models_without_votes_have_no_rating() -> None:
    said = votes(models=14)
    for fit in (fit_fastchat(said, rounds=2), fit_arena_rank(said)):
        assert np.flatnonzero(np.isnan(fit.ratings)).tolist() == [12, 13]


@pytest.mark.parametrize("fit", [fit_fastchat, fit_arena_rank])
@pytest.mark.parametrize("weight", [[], [1.0, 2.0]])
def test_no_votes_and_weighted_votes_are_refused(
    fit: Callable[[Votes], CompatibleFit], weight: list[float]
) -> None:
    size = len(weight)
    sides = [0] * size, [1] * size, [Code.A] * size
    with pytest.raises(CountsError, match="all of weight one"):
        fit(Votes.from_arrays(*sides, weight, models=2))
