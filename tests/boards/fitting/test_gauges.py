from itertools import combinations

import numpy as np
import polars as pl
import pytest

from synthetic_votes import MODELS, synthetic_votes
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.ranking import rank
from tiltyard.boards.recipes.recipe import Anchor, Recipe, Variants
from tiltyard.ratings.tie_models import (
    fit_davidson,
    fit_four_outcomes,
    fit_rao_kupper,
    outcome_probabilities,
)

BATTLES = Battles.from_frame(synthetic_votes(3000))
ANCHOR = Anchor("cedar", 1000)
FITS = {
    "rao-kupper": fit_rao_kupper,
    "davidson": fit_davidson,
    "four-outcomes": fit_four_outcomes,
}


def errors(board: Board) -> dict[str, float]:
    return {row.model: row.standard_error or 0.0 for row in board.models}


def test_differences_are_the_same_in_every_gauge() -> None:
    boards = [
        rank(BATTLES, Recipe(gauge="sum-zero")),
        rank(BATTLES, Recipe(gauge="vote-weighted")),
        rank(BATTLES, Recipe(gauge="anchored", anchor=ANCHOR)),
    ]
    for one, other in combinations(MODELS, 2):
        found = [board.difference(one, other) for board in boards]
        for each in found[1:]:
            assert each.estimate == pytest.approx(found[0].estimate)
            assert each.standard_error == pytest.approx(found[0].standard_error)


def test_an_anchored_model_has_no_error_and_the_others_have_that_of_their_distance() -> None:
    board = rank(BATTLES, Recipe(gauge="anchored", anchor=ANCHOR))
    assert errors(board)["cedar"] == pytest.approx(0, abs=1e-6)
    apart = board.difference("amber", "cedar")
    assert errors(board)["amber"] == pytest.approx(apart.standard_error)


def test_a_newcomer_does_not_widen_the_others_in_the_vote_weighted_gauge() -> None:
    votes = [("new", "amber", "a"), ("amber", "new", "a"), ("new", "birch", "a")]
    few = pl.DataFrame(votes, ["model_a", "model_b", "winner"], orient="row")
    joined = Battles.concat([BATTLES, Battles.from_frame(few)])
    for gauge, widened in (("sum-zero", 1.5), ("vote-weighted", 1.05)):
        recipe = Recipe(gauge=gauge)  # type: ignore[arg-type]  # a literal of two
        before, after = errors(rank(BATTLES, recipe)), errors(rank(joined, recipe))
        ratio = after["dogwood"] / before["dogwood"]
        assert ratio > widened if gauge == "sum-zero" else ratio < widened


def test_bootstrap_and_sandwich_agree() -> None:
    drawn = rank(BATTLES, Recipe(interval="bootstrap", rounds=500, seed=1))
    plain = rank(BATTLES)
    for one, other in zip(drawn.models, plain.models, strict=True):
        assert one.rating == other.rating
        assert one.standard_error == pytest.approx(other.standard_error, rel=0.15)
        assert one.lower == pytest.approx(other.lower, abs=5)


def test_the_best_of_many_tries_has_a_wider_interval_and_nobody_else() -> None:
    plain = rank(BATTLES)
    tried = rank(BATTLES, Recipe(variants=(Variants("amber", 20),)))
    for before, after in zip(plain.models, tried.models, strict=True):
        wider = (after.upper or 0) - (before.upper or 0)
        assert wider > 5 if before.model == "amber" else wider == 0


def test_simultaneous_ranks_contain_the_marginal_ones_and_name_the_best() -> None:
    board = rank(BATTLES, Recipe(ranks="simultaneous"))
    for row in board.models:
        assert (row.rank_lower or 0) <= board.models.index(row) + 1 <= (row.rank_upper or 0)
    assert sum(row.probability_best or 0 for row in board.models) == pytest.approx(1)
    assert (board.models[0].probability_best or 0) > 0.9
    assert board.models[0].tie_groups == (1,)


def test_a_win_probability_is_the_strengths_own() -> None:
    board = rank(BATTLES)
    chance = board.win_probability("amber", "fir")
    apart = board.difference("amber", "fir").estimate
    assert chance.estimate == pytest.approx(1 / (1 + 10 ** (-apart / 400)))
    assert chance.lower < chance.estimate < chance.upper
    assert board.win_probability("fir", "amber").estimate == pytest.approx(1 - chance.estimate)


@pytest.mark.parametrize("name", FITS)
def test_a_win_probability_of_a_tie_model_is_its_own_share_of_wins(name: str) -> None:
    board = rank(BATTLES, Recipe(estimator=name))  # type: ignore[arg-type]  # one of its names
    fit = FITS[name](BATTLES.pairs.weights)
    won, lost, *_ = outcome_probabilities(fit, np.array([0]), np.array([5]))[0]
    chance = board.win_probability("amber", "fir").estimate
    assert chance == pytest.approx(won / (won + lost))


def test_who_has_no_rating_has_no_difference() -> None:
    with pytest.raises(RecipeError, match="oak has no rating with an interval"):
        rank(BATTLES).difference("oak", "fir")


def test_of_very_many_models_those_asked_for_have_an_interval() -> None:
    random = np.random.default_rng(5)
    a = random.integers(0, 2500, 60_000)
    b = (a + random.integers(1, 2500, a.size)) % 2500
    won = np.where(random.random(a.size) < 0.5, "a", "b")
    frame = pl.DataFrame({"model_a": a, "model_b": b, "winner": won})
    board = rank(Battles.from_frame(frame), Recipe(intervals_for=("7", "11")))
    with_interval = {row.model for row in board.models if row.lower is not None}
    assert with_interval == set(board.covered) == {"7", "11"}
    assert board.difference("7", "11").standard_error > 0
    assert board.diagnostics[-1].kind == "few_intervals"
    with pytest.raises(RecipeError, match="2,500 models are rated by bradley-terry"):
        rank(Battles.from_frame(frame), Recipe(estimator="davidson"))


def test_bonferroni_asks_a_little_more_than_sidak() -> None:
    variants = (Variants("amber", 20),)
    widths = [
        (row.upper or 0.0) - (row.lower or 0.0)
        for correction in ("sidak", "bonferroni")
        for row in rank(BATTLES, Recipe(variants=variants, correction=correction)).models
        if row.model == "amber"
    ]
    assert widths[0] < widths[1] < 1.01 * widths[0]
