import pytest

from synthetic_votes import synthetic_votes
from tiltyard.battles.table import Battles
from tiltyard.boards.comparing import compare_models
from tiltyard.boards.errors import RecipeError

BATTLES = Battles.from_frame(synthetic_votes(4000))


def test_every_vote_is_scored_once_and_the_best_is_named_by_its_excess() -> None:
    found = compare_models(BATTLES)
    assert list(found.losses) == ["half", "drop", "rao-kupper", "davidson", "four-outcomes"]
    assert found.votes == 4000
    best = min(found.losses.values(), key=lambda loss: loss.total)
    assert best.excess == 0
    for loss in found.losses.values():
        assert loss.total == pytest.approx(loss.tie + loss.winner + loss.kind)


def test_the_same_seed_gives_the_same_folds() -> None:
    one, same, other = (compare_models(BATTLES, ["half"], seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_counts_by_pair_are_enough() -> None:
    assert compare_models(BATTLES.pairs, ["half", "davidson"], folds=3) == compare_models(
        BATTLES, ["half", "davidson"], folds=3
    )


def test_an_unknown_way_is_named() -> None:
    with pytest.raises(
        RecipeError, match="thirds is not a way to treat ties; there are half, drop"
    ):
        compare_models(BATTLES, ["half", "thirds"])
