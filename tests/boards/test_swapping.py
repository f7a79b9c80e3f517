import math

import numpy as np
import polars as pl
import pytest

from synthetic_votes import STRENGTHS, synthetic_votes
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.ranking import rank
from tiltyard.boards.swapping import Prices, swap


def board_of(frame: pl.DataFrame) -> Board:
    return rank(Battles.from_frame(frame))


def fair_votes(votes: int, seed: int = 7) -> pl.DataFrame:
    """Votes that depend on nothing but the models."""
    random = np.random.default_rng(seed)
    a = random.integers(0, 6, votes)
    b = (a + random.integers(1, 6, votes)) % 6
    won = random.random(votes) < 1 / (1 + np.exp(STRENGTHS[b] - STRENGTHS[a]))
    names = np.array(["amber", "birch", "cedar", "dogwood", "elm", "fir"])
    outcome = np.where(won, "model_a", "model_b")
    return pl.DataFrame({"model_a": names[a], "model_b": names[b], "winner": outcome})


def test_a_swap_says_how_often_the_new_model_is_preferred_slice_by_slice() -> None:
    boards = {"all": board_of(fair_votes(20_000)), "few": board_of(fair_votes(300))}
    whole, few = swap(boards, "fir", "amber")
    truth = 1 / (1 + math.exp(STRENGTHS[5] - STRENGTHS[0]))
    assert whole.preferred is not None
    assert few.preferred is not None
    assert whole.preferred.lower < truth < whole.preferred.upper
    assert whole.verdict == "better"
    assert few.preferred.standard_error > 4 * whole.preferred.standard_error
    assert whole.preferred == boards["all"].win_probability("amber", "fir")
    assert whole.points == boards["all"].difference("amber", "fir")


def test_the_way_back_is_the_same_the_other_way_round() -> None:
    boards = {"all": board_of(synthetic_votes())}
    (there,), (back,) = swap(boards, "fir", "amber"), swap(boards, "amber", "fir")
    assert there.preferred is not None
    assert back.preferred is not None
    assert there.preferred.estimate == pytest.approx(1 - back.preferred.estimate)
    assert there.preferred.lower == pytest.approx(1 - back.preferred.upper)
    assert (there.verdict, back.verdict) == ("better", "worse")
    assert (there.old_battles, there.new_battles) == (back.new_battles, back.old_battles)


def test_what_votes_cannot_tell_is_said() -> None:
    equal = pl.DataFrame(
        {
            "model_a": ["x", "y"] * 30,
            "model_b": ["y", "x"] * 30,
            "winner": ["model_a", "model_a", "model_b", "model_b"] * 15,
        }
    )
    (found,) = swap({"all": board_of(equal)}, "x", "y")
    assert found.verdict == "cannot_tell"


def test_a_slice_in_which_one_of_them_has_no_rating_says_so() -> None:
    winless = fair_votes(2_000).vstack(
        pl.DataFrame({"model_a": ["amber"], "model_b": ["gorse"], "winner": ["model_a"]})
    )
    (found,) = swap({"all": board_of(winless)}, "amber", "gorse")
    assert (found.verdict, found.preferred, found.new_battles) == ("not_rated", None, 1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [("amber", "amber", "cannot take its own place"), ("amber", "oak", "No vote .* is on oak")],
)
def test_a_swap_needs_two_models_that_are_there(old: str, new: str, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        swap({"all": board_of(synthetic_votes(600))}, old, new)


def test_prices_compare_by_answers_where_they_are_known_and_else_as_declared() -> None:
    cheap, dear = Prices(1.0, 5.0), Prices(4.0, 12.0)
    assert cheap.blended == 2.0
    assert dear.times(cheap) == 3.0
    measured = Prices(1.0, 5.0, cost_usd_per_answer=0.002, answers=50)
    assert Prices(4.0, 12.0, 0.008, 9).times(measured) == pytest.approx(4.0)
    assert dear.times(Prices()) is None
    assert dear.times(Prices(0.0, 0.0)) is None
