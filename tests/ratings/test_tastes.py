import numpy as np
import pytest

from ratings.contests import contest
from tiltyard.ratings.bradley_terry import fit_bradley_terry
from tiltyard.ratings.pair_counts import CountsError
from tiltyard.ratings.tastes import fit_departure, spread_of_tastes
from tiltyard.ratings.votes import Votes

STRENGTHS = np.linspace(0.8, -0.8, 6)


def people(voters: int, each: int, spread: float, seed: int) -> tuple[Votes, np.ndarray]:
    """Votes of people whose strengths depart from everybody's by a known spread."""
    random = np.random.default_rng(seed)
    a = random.integers(6, size=(voters, each))
    b = (a + random.integers(1, 6, size=(voters, each))) % 6
    own = STRENGTHS + spread * random.normal(size=(voters, 6))
    row = np.arange(voters)[:, None]
    lost = random.random((voters, each)) > 1 / (1 + np.exp(own[row, b] - own[row, a]))
    votes = Votes.from_arrays(a.ravel(), b.ravel(), lost.ravel().astype(int), models=6)
    return votes, np.repeat(np.arange(voters), each)


@pytest.mark.parametrize("spread", [0.3, 0.7])
def test_the_spread_that_was_planted_is_found(spread: float) -> None:
    votes, voters = people(4_000, 20, spread, seed=1)
    fit = fit_bradley_terry(votes.to_counts()[0])
    found = spread_of_tastes(votes, fit.strengths, voters)
    assert found.variance == pytest.approx(spread**2, rel=0.2)
    assert found.voters == 4_000


def test_people_of_one_taste_have_no_spread() -> None:
    found = [
        spread_of_tastes(*(votes, STRENGTHS, voters)).variance
        for votes, voters in (people(500, 10, 0.0, seed) for seed in range(20))
    ]
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(20)
    assert np.max(np.abs(found)) < 0.1


def test_ties_do_not_pass_for_agreement() -> None:
    votes, voters = people(2_000, 10, 0.0, seed=2)
    tied = np.where(np.random.default_rng(0).random(len(votes)) < 0.4, 2, votes.outcome)
    even = Votes.from_arrays(votes.first, votes.second, tied, models=6)
    strengths = fit_bradley_terry(even.to_counts()[0]).strengths
    assert spread_of_tastes(even, strengths, voters).variance < 0.02


def test_single_votes_say_nothing_of_tastes() -> None:
    votes, voters = people(300, 1, 0.5, seed=3)
    found = spread_of_tastes(votes, STRENGTHS, voters)
    assert (found.weight, found.variance, found.voters) == (0.0, 0.0, 0)


def test_without_votes_a_person_has_everybodys_taste() -> None:
    none = Votes.from_arrays([], [], [], models=6)
    found = fit_departure(none, STRENGTHS, 0.5)
    np.testing.assert_array_equal(found.departures, 0)
    assert found.own_share == pytest.approx(0.0)
    spread = found.covariance[0, 0] + found.covariance[1, 1] - 2 * found.covariance[0, 1]
    assert spread == pytest.approx(2 * 0.5**2)


def test_with_many_votes_a_persons_board_is_their_own() -> None:
    random = np.random.default_rng(4)
    mine = STRENGTHS[::-1]
    votes = contest(mine, 20_000, random)
    found = fit_departure(votes, STRENGTHS, 0.5)
    own = fit_bradley_terry(votes.to_counts()[0]).strengths
    np.testing.assert_allclose(STRENGTHS + found.departures, own, atol=0.03)
    assert found.own_share > 0.99


def test_intervals_of_departures_cover_as_often_as_they_say() -> None:
    hits = []
    for seed in range(300):
        random = np.random.default_rng(seed)
        delta = 0.5 * random.normal(size=6)
        votes = contest(STRENGTHS + delta, 40, random)
        found = fit_departure(votes, STRENGTHS, 0.5)
        errors = np.sqrt(np.diag(found.covariance))
        hits.append(np.abs(found.departures - (delta - delta.mean())) <= 1.96 * errors)
    assert 0.93 < np.mean(hits) < 0.97


@pytest.mark.parametrize(("others", "own"), [(200, 40), (200, 200)])
def test_intervals_cover_where_everybodys_strengths_are_unsure_and_hold_the_own_votes(
    others: int, own: int
) -> None:
    of_departures, of_own = [], []
    for seed in range(300):
        random = np.random.default_rng(seed)
        delta = 0.5 * random.normal(size=6)
        delta -= delta.mean()
        votes = contest(STRENGTHS + delta, own, random)
        everybody = fit_bradley_terry(
            votes.to_counts()[0] + contest(STRENGTHS, others, random).to_counts()[0]
        )
        found = fit_departure(votes, everybody.strengths, 0.5, everybody.covariance)
        apart, errors = found.departures - delta, np.sqrt(np.diag(found.covariance))
        of_departures.append(np.abs(apart) <= 1.96 * errors)
        apart = everybody.strengths - STRENGTHS + apart
        of_own.append(np.abs(apart) <= 1.96 * np.sqrt(np.diag(found.own_covariance)))
    assert 0.93 < np.mean(of_departures) < 0.97
    assert 0.93 < np.mean(of_own) < 0.97


def test_without_votes_everybodys_covariance_is_the_own_ones_and_not_the_departures() -> None:
    none = Votes.from_arrays([], [], [], models=6)
    known = fit_bradley_terry(contest(STRENGTHS, 300, np.random.default_rng(5)).to_counts()[0])
    found = fit_departure(none, STRENGTHS, 0.5, known.covariance)
    alone = fit_departure(none, STRENGTHS, 0.5).covariance
    np.testing.assert_allclose(found.covariance, alone, atol=1e-12)
    np.testing.assert_allclose(found.own_covariance, alone + known.covariance, atol=1e-12)


@pytest.mark.parametrize("spread", [0.0, -1.0, np.nan, np.inf])
def test_a_spread_that_is_none_is_refused(spread: float) -> None:
    with pytest.raises(CountsError, match="spread of tastes"):
        fit_departure(Votes.from_arrays([0], [1], [0], models=2), np.zeros(2), spread)
