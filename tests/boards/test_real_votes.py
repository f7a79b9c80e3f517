"""The 1,670,250 votes of Chatbot Arena that leaderbot ships, against statsmodels and evalica."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import evalica
import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from tiltyard.battles.reading import read_battles
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.ranking import rank
from tiltyard.ratings.pair_counts import Floats, PairCounts

ELO = 400 / np.log(10)


@dataclass(frozen=True)
class Oracle:
    """Ratings and standard errors by statsmodels, in the gauge where ratings average 1000."""

    ratings: Floats
    errors: Floats


@pytest.fixture(scope="module")
def real_votes() -> Battles:
    package = find_spec("leaderbot")
    assert package is not None
    assert package.origin is not None
    return read_battles(Path(package.origin).parent / "data" / "chatbotarena_20240814.json")


def unique_votes(counts: PairCounts) -> tuple[Floats, Floats, Floats]:
    """Give y, the design with the last model's column dropped, and how often each row occurred."""
    halves = counts.ties + counts.both_bad
    y = np.repeat([1.0, 0.0, 0.5], counts.first.size)
    often = np.concatenate([counts.first_wins, counts.second_wins, halves])
    row = np.arange(y.size)
    design = np.zeros((y.size, counts.models))
    design[row, np.tile(counts.first, 3)] = 1
    design[row, np.tile(counts.second, 3)] = -1
    return y[often > 0], design[often > 0, :-1], often[often > 0]


def in_sum_zero_gauge(strengths: Floats, covariance: Floats) -> Oracle:
    """Put the dropped model back at zero, and centre."""
    models = len(strengths) + 1
    centre = (np.eye(models) - 1 / models)[:, :-1]
    errors = np.sqrt(np.diag(centre @ covariance @ centre.T))
    return Oracle(1000 + ELO * centre @ strengths, ELO * errors)


def by_frequency(counts: PairCounts) -> Oracle:
    """Fit all votes at once as weighted rows.

    statsmodels' own HC0 squares the frequency of a row, as if its votes were one; so the sandwich
    is put together here from its Hessian and its per-row scores, each counted as often as it is.
    """
    y, design, often = unique_votes(counts)
    model = sm.GLM(y, design, family=sm.families.Binomial(), freq_weights=often)
    strengths = model.fit(tol=1e-14, tol_criterion="params").params
    bread = np.linalg.inv(-model.hessian(strengths, observed=True))
    scores = sm.Logit(y, design).score_obs(strengths)
    covariance = bread @ (scores.T * often) @ scores @ bread
    return in_sum_zero_gauge(strengths, covariance)


def by_vote(counts: PairCounts) -> Oracle:
    """Fit one row per vote: Logit with its own HC0 covariance, nothing of ours in between."""
    y, design, often = unique_votes(counts)
    times = often.astype(int)
    model = sm.Logit(np.repeat(y, times), np.repeat(design, times, axis=0))
    fit = model.fit(method="newton", tol=1e-12, disp=False, cov_type="HC0")
    return in_sum_zero_gauge(fit.params, fit.cov_params())


def assert_agree(board: Board, names: tuple[str, ...], oracle: Oracle) -> None:
    standing = {standing.model: standing for standing in board.models}
    ratings = np.array([standing[name].rating for name in names])
    errors = np.array([standing[name].standard_error for name in names])
    assert np.abs(ratings - oracle.ratings).max() < 1e-6
    assert np.abs(errors / oracle.errors - 1).max() < 1e-6


def test_all_1670250_votes_agree_with_statsmodels(real_votes: Battles) -> None:
    names, counts = real_votes.pair_counts()
    board = rank(real_votes)
    assert board.votes == 1_670_250
    assert len(board.models) == 129
    assert board.diagnostics == ()
    assert_agree(board, names, by_frequency(counts))


def test_all_1670250_votes_agree_with_evalica(real_votes: Battles) -> None:
    """Newman's iteration, driven further than evalica's usual tolerance of 1e-6."""
    rows = real_votes.frame.select(pl.col("model_a", "model_b", "outcome").cast(pl.String), "count")
    who = {"a": evalica.Winner.X, "b": evalica.Winner.Y}
    theirs = evalica.bradley_terry(
        rows["model_a"].to_list(),
        rows["model_b"].to_list(),
        [who.get(outcome, evalica.Winner.Draw) for outcome in rows["outcome"]],
        weights=rows["count"].to_list(),
        tolerance=1e-13,
        limit=10_000,
    )
    points = 400 * np.log10(theirs.scores)
    ours = {standing.model: standing.rating for standing in rank(real_votes).models}
    assert ours == pytest.approx((points - points.mean() + 1000).to_dict(), rel=0, abs=1e-6)


def test_the_log_likelihood_is_that_of_the_binomial_family(real_votes: Battles) -> None:
    _, counts = real_votes.pair_counts()
    y, design, often = unique_votes(counts)
    board = rank(real_votes)
    ratings = {standing.model: standing.rating or 0 for standing in board.models}
    strengths = np.array([ratings[name] for name in sorted(ratings)]) / ELO
    gap = design @ (strengths[:-1] - strengths[-1])
    loss = sm.families.Binomial().deviance(y, 1 / (1 + np.exp(-gap)), freq_weights=often) / 2
    saturated = -np.log(2) * often[y == 0.5].sum()
    assert board.log_likelihood == pytest.approx(saturated - loss, rel=1e-10)


def test_votes_of_the_busiest_models_agree_with_logit_and_hc0_vote_by_vote(
    real_votes: Battles,
) -> None:
    names, counts = real_votes.pair_counts()
    busiest = np.sort(np.argsort(counts.per_model(counts.totals, counts.totals))[-14:])
    chosen = [names[index] for index in busiest]
    frame = real_votes.frame
    among = frame["model_a"].is_in(chosen) & frame["model_b"].is_in(chosen)
    few = Battles(frame.filter(among))
    few_names, few_counts = few.pair_counts()
    assert few_counts.totals.sum() > 100_000
    assert_agree(rank(few), few_names, by_vote(few_counts))
