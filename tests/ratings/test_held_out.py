import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiltyard.ratings.folds import HeldOutError, all_but, rated_in_all, split_votes
from tiltyard.ratings.held_out import (
    ESTIMATORS,
    Predict,
    completed,
    held_out_log_loss,
    loss_by_part,
)
from tiltyard.ratings.held_out_votes import (
    by_counts,
    held_out_log_loss_of_votes,
    with_features,
)
from tiltyard.ratings.pair_counts import Code, Floats, PairCounts
from tiltyard.ratings.votes import Votes


def simulated(votes: int, seed: int, *, tie_odds: float = 1.0, models: int = 8) -> PairCounts:
    """Draw votes of Davidson's model, one tie in four of them both-bad."""
    random = np.random.default_rng(seed)
    truth = np.linspace(-2, 2, models)
    a = random.integers(models, size=votes)
    b = (a + random.integers(1, models, size=votes)) % models
    half = np.exp((truth[a] - truth[b]) / 2)
    odds = np.column_stack(
        [half, 1 / half, 0.75 * np.full(votes, tie_odds), 0.25 * np.full(votes, tie_odds)]
    )
    reached = random.random(votes)[:, None] * odds.sum(axis=1, keepdims=True)
    return PairCounts.from_votes(a, b, (odds.cumsum(axis=1) < reached).sum(axis=1), models=models)


def always(chances: list[float]) -> Predict:
    return lambda first, _: np.tile(chances, (first.size, 1))


def test_the_model_that_made_the_votes_predicts_them_best() -> None:
    comparison = held_out_log_loss(simulated(40_000, seed=1), folds=3)
    losses = comparison.losses
    assert min(losses, key=lambda name: losses[name].total) == "davidson"
    assert losses["davidson"].excess == losses["davidson"].excess_error == 0
    assert losses["half"].excess > 2 * losses["half"].excess_error > 0
    assert (comparison.votes, comparison.left_out, comparison.folds) == (40_000, 0, 3)


def test_estimators_without_ties_differ_only_in_who_they_expect_to_win() -> None:
    losses = held_out_log_loss(simulated(5_000, seed=2), folds=2).losses
    half, drop = losses["half"], losses["drop"]
    assert (half.tie, half.kind) == pytest.approx((drop.tie, drop.kind))
    assert half.winner != drop.winner
    assert losses["rao-kupper"].kind == pytest.approx(drop.kind)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32), st.integers(2, 4))
def test_parts_add_up_and_nobody_beats_the_best(seed: int, folds: int) -> None:
    losses = held_out_log_loss(simulated(800, seed), folds=folds, seed=seed).losses.values()
    for loss in losses:
        assert loss.total == pytest.approx(loss.tie + loss.winner + loss.kind)
        assert loss.excess >= 0
    assert min(loss.total for loss in losses) == pytest.approx(
        next(loss.total for loss in losses if loss.excess == 0)
    )


def test_a_vote_costs_the_logarithm_of_what_was_thought_of_it() -> None:
    chances = [0.5, 0.2, 0.2, 0.1]
    votes = simulated(1_000, seed=3)
    (loss,) = held_out_log_loss(
        votes, {"fixed": lambda _: always(chances)}, folds=2
    ).losses.values()
    totals = [votes.first_wins, votes.second_wins, votes.ties, votes.both_bad]
    expected = -np.log(chances) @ [column.sum() for column in totals] / 1_000
    assert loss.total == pytest.approx(expected)


def test_what_an_estimator_does_not_say_is_taken_from_the_training_votes() -> None:
    """Of 9 votes 5 tied, 1 of them both-bad: shares of 5.5 in 10 and 1.5 in 6."""
    train = PairCounts.from_votes([0] * 9, [1] * 9, [0, 0, 0, 1, 2, 2, 2, 2, 3], models=2)
    two = completed(np.array([[0.8, 0.2]]), train)
    assert two == pytest.approx(np.array([[0.36, 0.09, 0.55 * 0.75, 0.55 * 0.25]]))
    three = completed(np.array([[0.5, 0.1, 0.4]]), train)
    assert three == pytest.approx(np.array([[0.5, 0.1, 0.3, 0.1]]))
    four = np.array([[0.4, 0.3, 0.2, 0.1]])
    assert (completed(four, train) == four).all()


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 1), min_size=4, max_size=4), st.sampled_from(Code))
def test_the_parts_of_a_loss_are_those_of_the_chain_rule(chances: list[float], seen: Code) -> None:
    predicted = np.array([chances]) / sum(chances)
    parts = loss_by_part(predicted, np.array([seen]))
    assert parts.sum() == pytest.approx(-np.log(predicted[0, seen]))
    assert parts[0, 1 if seen >= Code.TIE else 2] == 0


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32), st.integers(2, 6))
def test_the_folds_add_up_to_all_votes(seed: int, folds: int) -> None:
    votes = simulated(300, seed)
    parts = split_votes(votes, folds, seed)
    whole = all_but([*parts, parts[0]], folds)
    assert len(parts) == folds
    assert whole.first_wins.tolist() == votes.first_wins.tolist()
    assert whole.both_bad.tolist() == votes.both_bad.tolist()


def test_models_that_a_training_set_cannot_rate_are_left_out_of_all() -> None:
    lone = PairCounts.from_votes([8, 0], [0, 8], [Code.A, Code.A], models=9)
    nine = simulated(2_000, seed=4)
    counts = lone + PairCounts(
        9,
        nine.first,
        nine.second,
        *(getattr(nine, name) for name in ("first_wins", "second_wins", "ties", "both_bad")),
    )
    comparison = held_out_log_loss(counts, folds=4)
    assert (comparison.votes, comparison.left_out) == (2_000, 2)
    assert rated_in_all(split_votes(counts, 4, seed=0)).tolist() == list(range(8))


def test_the_same_seed_gives_the_same_comparison() -> None:
    votes = simulated(500, seed=5)
    once = held_out_log_loss(votes, folds=2, seed=7).losses
    assert once == held_out_log_loss(votes, folds=2, seed=7).losses
    assert once != held_out_log_loss(votes, folds=2, seed=8).losses


def biased(number: int, seed: int) -> tuple[Votes, Floats]:
    """Votes whose voters like side a, by one nat, and a feature that says nothing."""
    random = np.random.default_rng(seed)
    a = random.integers(5, size=number)
    b = (a + random.integers(1, 5, size=number)) % 5
    lost = random.random(number) > 1 / (1 + np.exp(-1.0 - 0.3 * (a - b)))
    noise = random.normal(size=number)
    return Votes.from_arrays(a, b, lost, models=5), np.column_stack([np.ones(number), noise])


def test_a_feature_that_matters_predicts_better_and_one_that_does_not_does_not() -> None:
    votes, features = biased(6_000, seed=6)
    comparison = held_out_log_loss_of_votes(
        votes,
        {
            "plain": by_counts(ESTIMATORS["half"]),
            "side": with_features(features[:, :1]),
            "noise": with_features(features[:, 1:]),
        },
        fold=np.arange(6_000) % 4,
    )
    losses = comparison.losses
    assert losses["side"].excess == 0
    assert losses["plain"].excess > 10 * losses["plain"].excess_error
    assert losses["noise"].total == pytest.approx(losses["plain"].total, abs=0.002)
    assert comparison.votes == 6_000


def test_votes_and_their_counts_are_scored_alike() -> None:
    random = np.random.default_rng(7)
    votes, _ = biased(1_000, seed=8)
    fold = random.integers(2, size=1_000)
    by_vote = held_out_log_loss_of_votes(votes, {"half": by_counts(ESTIMATORS["half"])}, fold)
    parts = [votes.rows(fold == number).to_counts()[0] for number in (0, 1)]
    total = 0.0
    for train, test in (parts, parts[::-1]):
        chance = completed(ESTIMATORS["half"](train)(test.first, test.second), train)
        loss = test.first_wins @ np.log(chance[:, 0]) + test.second_wins @ np.log(chance[:, 1])
        total -= float(loss)
    assert by_vote.losses["half"].total == pytest.approx(total / 1_000)


def test_what_cannot_be_split_is_refused() -> None:
    votes = simulated(500, seed=9)
    with pytest.raises(HeldOutError, match="1 folds"):
        held_out_log_loss(votes, folds=1)
    with pytest.raises(HeldOutError, match="Weighted votes"):
        held_out_log_loss(votes.scaled(0.5))
    with pytest.raises(HeldOutError, match="No two models"):
        held_out_log_loss(PairCounts.from_votes([0], [1], [Code.A], models=2))
    listed, _ = biased(10, seed=10)
    with pytest.raises(HeldOutError, match="10 votes need as many fold numbers"):
        held_out_log_loss_of_votes(listed, {}, np.zeros(10, np.int64))
