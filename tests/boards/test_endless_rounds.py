"""Models of few votes win or lose all of them in many rounds of a bootstrap."""

from dataclasses import replace

import polars as pl
import pytest

from synthetic_votes import synthetic_votes
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.ranking import rank
from tiltyard.boards.recipes.recipe import Anchor, Recipe

RESAMPLED = Recipe(interval="bootstrap", rounds=300)
KNOWN = ("amber", "birch")


def with_newcomers(number: int) -> Battles:
    """Six well-known models, and some with four votes each against one of them."""
    old = synthetic_votes(4000).select("model_a", "model_b", "winner")
    new = [
        (f"newcomer-{which}", "amber", winner)
        for which in range(number)
        for winner in ("model_a", "model_b", "model_b", "tie")
    ]
    return Battles.from_frame(pl.concat([old, pl.DataFrame(new, old.schema, orient="row")]))


def rows(board: Board) -> dict[str, float | None]:
    return {row.model: row.standard_error for row in board.models}


def test_they_do_not_spoil_the_covariance_of_the_others() -> None:
    battles = with_newcomers(12)
    resampled, exact = rank(battles, RESAMPLED), rank(battles)
    apart = resampled.difference(*KNOWN)
    assert apart.standard_error == pytest.approx(exact.difference(*KNOWN).standard_error, rel=0.2)
    assert rows(resampled)["amber"] is not None


def test_they_keep_their_bounds_and_ranks_and_are_named() -> None:
    board = rank(with_newcomers(12), RESAMPLED)
    (said,) = (one for one in board.diagnostics if one.kind == "endless_rounds")
    assert set(said.models) == {name for name, error in rows(board).items() if error is None}
    assert all(name.startswith("newcomer") for name in said.models)
    assert all(row.rank is not None for row in board.rated)
    with pytest.raises(RecipeError, match="no rating with an interval"):
        board.difference(said.models[0], "amber")


def test_ranks_for_all_at_once_are_refused_with_the_way_out() -> None:
    with pytest.raises(RecipeError, match="use the sandwich interval"):
        rank(with_newcomers(12), replace(RESAMPLED, ranks="simultaneous"))


def test_errors_from_an_endless_anchor_are_refused() -> None:
    recipe = replace(RESAMPLED, gauge="anchored", anchor=Anchor("newcomer-0", 1000.0))
    with pytest.raises(RecipeError, match="another anchor"):
        rank(with_newcomers(12), recipe)


def test_the_vote_weighted_gauge_is_that_of_the_covered_models() -> None:
    battles = with_newcomers(12)
    resampled = rank(battles, replace(RESAMPLED, gauge="vote-weighted"))
    exact = rank(battles, Recipe(gauge="vote-weighted"))
    assert rows(resampled)["amber"] == pytest.approx(rows(exact)["amber"], rel=0.2)


def test_a_board_without_such_models_covers_all() -> None:
    board = rank(with_newcomers(0), RESAMPLED)
    assert not board.diagnostics
    assert set(board.covered) == {row.model for row in board.rated}
