import numpy as np
import pytest

from tiltyard.arena.pairing.measuring import State, reached
from tiltyard.arena.pairing.rules import NeverMeet, PairingRules, Weights
from tiltyard.arena.pairing.simulating import Plan, simulate, truth
from tiltyard.ratings.pair_counts import PairCounts
from tiltyard.ratings.rateable import fit_rateable

UNIFORM = PairingRules(policy="uniform")
SMALL = Plan(models=8, votes=4_000, newcomers=1)


def test_the_same_seed_gives_the_same_course_and_another_does_not() -> None:
    assert simulate(UNIFORM, SMALL) == simulate(UNIFORM, SMALL)
    other = Plan(models=8, votes=4_000, newcomers=1, seed=1)
    assert simulate(UNIFORM, SMALL).exposure != simulate(UNIFORM, other).exposure


def test_every_side_is_somebodys_and_a_newcomer_has_half_as_many() -> None:
    exposure = list(simulate(UNIFORM, SMALL).exposure.values())
    assert sum(exposure) == pytest.approx(1)
    (newcomer,) = SMALL.late
    others = np.delete(exposure, newcomer).mean()
    assert 0.35 < exposure[newcomer] / others < 0.6


def test_newcomers_are_known_sooner_when_they_weigh_more() -> None:
    plan = Plan(models=10, votes=16_000, newcomers=1)
    rules = PairingRules(policy="weighted", weights=Weights(new_until_votes=1_000))
    uniform, weighted = (simulate(rule, plan).votes_to["newcomers"] for rule in (UNIFORM, rules))
    assert uniform is not None
    assert weighted is not None
    assert weighted < 0.75 * uniform


def test_active_sampling_fills_the_win_table_sooner() -> None:
    plan = Plan(models=20, votes=4_000, newcomers=0)
    active = simulate(PairingRules(policy="active"), plan).votes_to["win table"]
    uniform = simulate(UNIFORM, plan).votes_to["win table"]
    assert active is not None
    assert uniform is not None
    assert active < uniform


def test_rules_about_organisations_hold_in_a_simulation() -> None:
    rules = PairingRules(policy="uniform", never_meet=NeverMeet(same=("organisation",)))
    plan = Plan(models=4, votes=500, newcomers=0)
    exposure = list(simulate(rules, plan).exposure.values())
    # Three of four are of one organisation: the fourth is in every battle.
    assert exposure[3] == pytest.approx(0.5)


def test_the_truth_has_the_best_first_and_its_mean_at_zero() -> None:
    strengths = truth(30)
    assert (np.diff(strengths) < 0).all()
    assert strengths.mean() == pytest.approx(0)


def test_goals_are_reached_by_votes_and_not_before() -> None:
    assert goals(votes=0) == []
    assert goals(votes=40) == ["win table"]
    assert goals(votes=20_000) == ["top ten", "ratings", "newcomers", "win table"]


def goals(votes: int) -> list[str]:
    first, second = np.triu_indices(4, 1)
    wins, none = np.full(6, 0.6 * votes), np.zeros(6)
    counts = PairCounts(4, first, second, wins, votes - wins, none, none)
    return list(reached(State(counts, fit_rateable(counts), np.arange(4), np.array([2]))))
