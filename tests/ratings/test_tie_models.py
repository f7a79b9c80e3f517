import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratings.contests import joined_votes
from tiltyard.ratings.estimable import NotEstimableError
from tiltyard.ratings.intervals import normal_interval
from tiltyard.ratings.pair_counts import Code, Floats, PairCounts
from tiltyard.ratings.tie_models import (
    TieModelFit,
    estimates,
    fit_davidson,
    fit_four_outcomes,
    fit_rao_kupper,
    outcome_probabilities,
)

FITS = {
    "rao-kupper": fit_rao_kupper,
    "davidson": fit_davidson,
    "four-outcomes": fit_four_outcomes,
}
EACH = pytest.mark.parametrize("name", FITS)


def textbook(name: str, x: Floats, y: Floats, parameters: Floats) -> Floats:
    """Shape (4, P). Win, loss, tie and both-bad, as the papers write them, from exp(theta)."""
    a, b, none = np.exp(x), np.exp(y), np.zeros(np.shape(x))
    if name == "davidson":
        tie = np.exp(parameters[0]) * np.sqrt(a * b)
        return np.stack([a, b, tie, none]) / np.asarray(a + b + tie, np.float64)
    t, bar = np.exp(parameters[0]), np.exp(parameters[1]) if name == "four-outcomes" else 0.0
    win, loss, bad = a / (a + t * b + bar), b / (b + t * a + bar), none + bar / (a + b + bar)
    return np.stack([win, loss, 1 - win - loss - bad, bad])


def vote_terms(name: str, counts: PairCounts, at: Floats) -> tuple[Floats, Floats]:
    """Shape (4, P) each: counts of the outcomes the model tells apart, and their log-chances."""
    strengths, parameters = np.split(at, [counts.models])
    chances = textbook(name, strengths[counts.first], strengths[counts.second], parameters)
    ties, bad = counts.ties, counts.both_bad
    if name != "four-outcomes":
        ties, bad, chances[3] = ties + bad, 0 * bad, 1
    return np.stack([counts.first_wins, counts.second_wins, ties, bad]), np.log(chances)


def slope(name: str, counts: PairCounts, at: Floats) -> Floats:
    """Shape (p, 4, P). Numerical gradients of the log-chances."""
    step = 1e-5 * np.eye(at.size)
    return np.array(
        [
            (vote_terms(name, counts, at + h)[1] - vote_terms(name, counts, at - h)[1]) / 2e-5
            for h in step
        ]
    )


def drawn(name: str, truth: Floats, votes: int, random: np.random.Generator) -> PairCounts:
    """Draw votes on uniform pairs; the last entries of `truth` are the parameters."""
    models = 5
    strengths, parameters = np.split(truth, [models])
    a = random.integers(models, size=votes)
    b = (a + random.integers(1, models, size=votes)) % models
    sums = np.cumsum(textbook(name, strengths[a], strengths[b], parameters), axis=0)
    outcome = (random.random(votes) > sums[:-1]).sum(axis=0)
    return PairCounts.from_votes(a, b, outcome, models=models)


@EACH
@settings(max_examples=25, deadline=None)
@given(votes=joined_votes())
def test_at_the_estimate_the_textbook_likelihood_is_flat(name: str, votes: object) -> None:
    counts, squares = votes.to_counts()  # type: ignore[attr-defined]  # one strategy, three models
    fit = FITS[name](counts, squares)
    at = estimates(fit)
    cells, logs = vote_terms(name, counts, at)
    assert fit.log_likelihood == pytest.approx((cells * logs).sum())
    assert (cells * slope(name, counts, at)).sum(axis=(1, 2)) == pytest.approx(0, abs=1e-4)
    assert fit.gradient < 1e-8
    assert abs(fit.strengths.sum()) < 1e-9


@EACH
def test_the_covariance_is_the_sandwich_of_numerical_derivatives(name: str) -> None:
    truth = np.array([0.9, 0.3, 0.0, -0.5, -0.7, 0.6, -0.4])
    counts = drawn(name, truth, 2000, np.random.default_rng(1))
    fit = FITS[name](counts)
    at = estimates(fit)
    cells, _ = vote_terms(name, counts, at)
    scores = slope(name, counts, at).reshape(at.size, -1)
    meat = (scores * cells.ravel()) @ scores.T
    curve = [
        ((slope(name, counts, at + h) - slope(name, counts, at - h)) * cells).sum(axis=(1, 2))
        for h in 1e-4 * np.eye(at.size)
    ]
    information = -np.array(curve) / 2e-4
    free = information[1:, 1:]  # the first model's strength at zero: a gauge of its own
    other = np.zeros(information.shape)
    other[1:, 1:] = np.linalg.inv(free) @ meat[1:, 1:] @ np.linalg.inv(free)
    shift = np.ones(at.size)
    shift[counts.models :] = [name_ == "bad_level" for name_ in fit.parameters]
    gauge = np.eye(at.size)
    gauge[:, : counts.models] -= shift[:, None] / counts.models
    assert fit.covariance == pytest.approx(gauge @ other @ gauge.T, rel=1e-3, abs=1e-6)


@EACH
@settings(max_examples=25, deadline=None)
@given(votes=joined_votes(), seed=st.integers(0, 2**32 - 1))
def test_renaming_models_and_merging_parts_change_nothing(
    name: str, votes: object, seed: int
) -> None:
    random = np.random.default_rng(seed)
    counts, _ = votes.to_counts()  # type: ignore[attr-defined]  # one strategy, three models
    order = random.permutation(counts.models)
    fit, renamed = FITS[name](counts), FITS[name](counts.restricted_to(order))
    assert renamed.strengths == pytest.approx(fit.strengths[order], abs=1e-7)
    assert renamed.parameters == pytest.approx(fit.parameters, abs=1e-7)
    part = random.random(len(votes)) < 0.5  # type: ignore[arg-type]  # as above
    halves = [votes.rows(rows).to_counts()[0] for rows in (part, ~part)]  # type: ignore[attr-defined]  # as above
    merged = FITS[name](halves[0] + halves[1])
    assert estimates(merged) == pytest.approx(estimates(fit), abs=1e-9)
    assert merged.covariance == pytest.approx(fit.covariance, abs=1e-9)


def test_two_models_have_the_textbook_davidson_estimate() -> None:
    """Odds of 30 : 10 : 2 sqrt(30 x 10) fit the counts exactly."""
    ties = 2 * np.sqrt(300)
    counts = PairCounts.from_votes([0] * 3, [1] * 3, [0, 1, 2], [30, 10, ties], models=2)
    fit = fit_davidson(counts)
    assert fit.strengths[0] - fit.strengths[1] == pytest.approx(np.log(3))
    assert fit.parameters["log_tie_odds"] == pytest.approx(np.log(2))


def test_among_equals_the_share_of_ties_gives_the_rao_kupper_threshold() -> None:
    counts = PairCounts.from_votes([0] * 3, [1] * 3, [0, 1, 2], [10, 10, 20], models=2)
    fit = fit_rao_kupper(counts)
    assert fit.parameters["threshold"] == pytest.approx(np.log(3))
    assert outcome_probabilities(fit, np.array([0]), np.array([1])) == pytest.approx(
        np.array([[0.25, 0.25, 0.5]])
    )


def test_the_bad_level_says_how_good_all_models_are_and_no_other_model_can() -> None:
    """The same fights, and three times as many both-bad votes: the same gaps, a higher bar."""
    pairs, outcomes = [0, 1, 2] * 4, np.repeat(np.arange(4), 3)
    rivals = [1, 2, 0] * 4

    def fit(bad: float) -> TieModelFit:
        weight = np.where(outcomes == Code.BOTH_BAD, bad, 10.0)
        return fit_four_outcomes(PairCounts.from_votes(pairs, rivals, outcomes, weight, models=3))

    good, poor = fit(10.0), fit(30.0)
    assert poor.parameters["bad_level"] > good.parameters["bad_level"] + 0.5
    chances = outcome_probabilities(poor, np.array([0]), np.array([1]))
    assert chances[0, 3] == pytest.approx(30 / 60)
    assert chances.sum() == pytest.approx(1)


@EACH
def test_probabilities_add_up_to_one_however_far_apart_the_models_are(name: str) -> None:
    counts = PairCounts.from_votes(
        [0, 0, 0, 0, 1, 1, 1, 1], [1, 1, 1, 1, 2, 2, 2, 2], [0, 1, 2, 3] * 2,
        [1e6, 1, 100, 10] * 2, models=3,
    )  # fmt: skip
    chances = outcome_probabilities(FITS[name](counts), np.array([0, 2]), np.array([2, 0]))
    assert chances.sum(axis=1) == pytest.approx([1, 1])
    assert (chances > 0).all()
    assert chances[0, 0] == pytest.approx(chances[1, 1])


@EACH
def test_intervals_cover_strengths_and_parameters_as_often_as_they_say(name: str) -> None:
    """200 seeded simulations; 0.95 has a standard error of about 0.006 over all intervals."""
    random = np.random.default_rng(2)
    parameters = {"rao-kupper": [0.6], "davidson": [0.1], "four-outcomes": [0.5, -0.5]}[name]
    truth = np.concatenate([np.linspace(-0.8, 0.8, 5), parameters])
    covered = []
    for _ in range(200):
        fit = FITS[name](drawn(name, truth, 800, random))
        error = np.sqrt(np.diag(fit.covariance))
        lower, upper = normal_interval(estimates(fit), error, 0.95)
        covered.append((lower <= truth) & (truth <= upper))
    assert 0.92 < np.mean(covered) < 0.98


@pytest.fixture(scope="module")
def real_votes() -> PairCounts:
    package = find_spec("leaderbot")
    assert package is not None
    assert package.origin is not None
    file = Path(package.origin).parent / "data" / "chatbotarena_20240814.json"
    found = json.loads(file.read_text())
    pairs, votes = np.array(found["X"]), np.array(found["Y"])
    return PairCounts.from_votes(
        np.repeat(pairs[:, 0], 4),
        np.repeat(pairs[:, 1], 4),
        np.tile(np.arange(4), len(pairs)),
        votes.ravel(),
        models=len(found["models"]),
    )


@pytest.mark.parametrize(
    ("name", "peer_loss", "parameter"),
    [
        ("rao-kupper", 1.058269323826024, 0.76700655),
        ("davidson", 1.0585524875854393, 0.11557641),
    ],
)
def test_real_votes_are_fitted_at_least_as_well_as_by_leaderbot(
    real_votes: PairCounts, name: str, peer_loss: float, parameter: float
) -> None:
    """Losses per vote of leaderbot 0.4.3: load(tie="both"), k_cov=None, k_tie=0, train()."""
    fit = FITS[name](real_votes)
    assert -fit.log_likelihood / real_votes.totals.sum() <= peer_loss
    assert next(iter(fit.parameters.values())) == pytest.approx(parameter, abs=1e-6)
    assert fit.gradient < 1e-8


def counted(*votes: tuple[int, int, Code], models: int) -> PairCounts:
    a, b, outcome = zip(*votes, strict=True) if votes else ((), (), ())
    return PairCounts.from_votes(a, b, outcome, models=models)


ROUND = [(0, 1, Code.A), (1, 2, Code.A), (2, 0, Code.A)]


@EACH
@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (counted(models=0), "no models"),
        (counted(models=1), "all 1 models"),
        (counted(*ROUND, (3, 0, Code.A), models=4), "undefeated: 3"),
        (counted(*ROUND, models=3), "No vote is a tie"),
        (counted((0, 1, Code.TIE), (1, 2, Code.BOTH_BAD), models=3), "No vote is a win"),
        (
            counted(*ROUND, (0, 1, Code.TIE), (0, 1, Code.BOTH_BAD), (2, 3, Code.TIE), models=4),
            "Nothing but ties links models 3",
        ),
    ],
)
def test_votes_that_a_tie_model_cannot_explain_are_refused(
    name: str, counts: PairCounts, said: str
) -> None:
    with pytest.raises(NotEstimableError, match=said):
        FITS[name](counts)


def test_four_outcomes_need_both_bad_votes() -> None:
    with pytest.raises(NotEstimableError, match="No vote is a both-bad"):
        fit_four_outcomes(counted(*ROUND, (0, 1, Code.TIE), models=3))


def test_ties_that_separate_the_models_have_no_estimate() -> None:
    """0 beats 1 and both tie with 2: the further apart, with a threshold to match, the likelier."""
    votes = counted((0, 1, Code.A), (1, 2, Code.TIE), (2, 0, Code.TIE), models=3)
    with pytest.raises(NotEstimableError, match="no finite maximum"):
        fit_rao_kupper(votes)
