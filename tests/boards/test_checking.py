from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from synthetic_votes import synthetic_votes
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.checking import check_fit
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.ranking import rank

Counted = Sequence[tuple[str, str, str, int]]


def board_of(votes: Counted) -> Board:
    frame = pl.DataFrame(votes, ["model_a", "model_b", "winner", "count"], orient="row")
    return rank(Battles.from_frame(frame))


def even(one: str, other: str, count: int) -> Counted:
    return [(one, other, "a", count), (one, other, "b", count)]


def test_votes_that_follow_the_model_raise_nothing() -> None:
    assert check_fit(rank(Battles.from_frame(synthetic_votes(3000)))) == ()


def test_a_thin_bridge_is_named_with_its_votes() -> None:
    votes = [*even("a", "b", 300), *even("c", "d", 200), ("a", "c", "tie", 9), ("a", "c", "a", 3)]
    found = [
        one
        for one in check_fit(board_of([*votes, ("c", "a", "a", 2)]))
        if one.kind == "thin_bridge"
    ]
    assert found[0].models in {("a", "b"), ("c", "d")}
    assert "only 14 votes connect these models to the others" in found[0].message


def test_a_cycle_beyond_doubt_is_named_with_the_pairs_that_do_not_fit() -> None:
    votes = [
        (one, other, side, count)
        for one, other in (("rock", "scissors"), ("scissors", "paper"), ("paper", "rock"))
        for side, count in (("a", 90), ("b", 10))
    ]
    kinds = {one.kind: one for one in check_fit(board_of(votes))}
    assert kinds.keys() == {"pair_residual", "cycle"}
    assert set(kinds["cycle"].models) == {"rock", "paper", "scissors"}
    assert "no single scale fits all three" in kinds["cycle"].message
    assert "90.0% of the points" in kinds["pair_residual"].message or (
        "10.0% of the points" in kinds["pair_residual"].message
    )


def test_a_saved_board_is_checked_like_a_new_one(tmp_path: Path) -> None:
    board = board_of([*even("a", "b", 300), *even("b", "c", 10)])
    board.save(tmp_path)
    assert check_fit(Board.load(tmp_path)) == check_fit(board) != ()
    with pytest.raises(RecipeError, match="without its votes"):
        check_fit(Board.load(tmp_path / "board.json"))


def test_a_board_of_nobody_has_nothing_to_check() -> None:
    assert check_fit(board_of([("a", "b", "a", 1)])) == ()
