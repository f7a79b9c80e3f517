import numpy as np
import polars as pl
import pytest

from synthetic_votes import MODELS, STRENGTHS, synthetic_votes
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.ranking import rank
from tiltyard.boards.value import Value, value_of

PRICES = dict(zip(MODELS, (8.0, 4.0, 0.25, 1.0, 0.5, 0.25), strict=True))
"""Cedar costs as little as the weakest and is the third: it punches above its price."""


@pytest.fixture(scope="module")
def board() -> Board:
    return rank(Battles.from_frame(synthetic_votes(20_000)))


@pytest.fixture(scope="module")
def value(board: Board) -> Value:
    return value_of(board, PRICES)


def test_the_model_that_is_better_than_its_price_is_found(value: Value) -> None:
    best = value.models[0]
    assert (best.standing.model, best.verdict) == ("cedar", "above")
    assert best.residual.lower > 0
    assert best.residual.estimate == pytest.approx((best.standing.rating or 0) - best.expected)


def test_residuals_are_those_of_a_line_over_doublings(board: Board, value: Value) -> None:
    ratings = {one.model: one.rating or 0.0 for one in board.rated}
    doublings = np.log2([PRICES[model] for model in MODELS])
    slope, level = np.polyfit(doublings, [ratings[model] for model in MODELS], 1)
    assert value.per_doubling.estimate == pytest.approx(slope)
    for one in value.models:
        line = level + slope * np.log2(one.measure)
        assert one.expected == pytest.approx(line)


def test_the_frontier_and_who_is_surely_beaten_for_no_more(value: Value) -> None:
    assert {one.standing.model for one in value.models if one.frontier} == {
        "cedar",
        "birch",
        "amber",
    }
    (fir,) = [one for one in value.models if one.standing.model == "fir"]
    assert fir.surely_beaten_by == ("cedar",)
    assert not fir.frontier


def test_the_interval_covers_the_true_residual_as_often_as_it_says() -> None:
    doublings = np.log2([PRICES[model] for model in MODELS])
    slope, level = np.polyfit(doublings, STRENGTHS * 400 / np.log(10), 1)
    truth = dict(zip(MODELS, STRENGTHS * 400 / np.log(10) - level - slope * doublings, strict=True))
    hits = []
    for seed in range(60):
        frame = synthetic_votes(1_500, seed)
        plain = frame.with_columns(winner=_fair_outcome(frame["model_a"], frame["model_b"], seed))
        for one in value_of(rank(Battles.from_frame(plain)), PRICES).models:
            distance = truth[one.standing.model]
            hits.append(one.residual.lower <= distance <= one.residual.upper)
    assert 0.91 < np.mean(hits) < 0.985


def _fair_outcome(a: pl.Series, b: pl.Series, seed: int) -> pl.Series:
    strength = dict(zip(MODELS, STRENGTHS.tolist(), strict=True))
    random = np.random.default_rng(seed)
    won = (
        random.random() < 1 / (1 + np.exp(strength[y] - strength[x]))
        for x, y in zip(a, b, strict=True)
    )
    return pl.Series(["model_a" if one else "model_b" for one in won])


def test_models_without_the_measure_are_named(board: Board) -> None:
    some = {model: price for model, price in PRICES.items() if model != "elm"} | {"oak": 3.0}
    assert value_of(board, some).left_out == ("elm",)
    assert value_of(board, PRICES | {"elm": 0.0}).left_out == ("elm",)


@pytest.mark.parametrize(
    ("measures", "said"),
    [({"amber": 1.0, "birch": 2.0}, "too few"), (dict.fromkeys(MODELS, 2.0), "the same for all")],
)
def test_too_few_models_and_equal_ones_are_refused(
    board: Board, measures: dict[str, float], said: str
) -> None:
    with pytest.raises(RecipeError, match=said):
        value_of(board, measures)
