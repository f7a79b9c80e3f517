import numpy as np
import polars as pl
import pytest

from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.ranking import rank
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.tastes import OwnBoard, own_board, taste_spread

NAMES = np.array(["auk", "dove", "gull", "tern"])
STRENGTHS = np.array([0.6, 0.2, -0.2, -0.6])


def votes_of(people: int, each: int, *, spread: float = 0.0, seed: int = 1) -> pl.DataFrame:
    """Everybody's votes; the last person likes best what everybody likes least."""
    random = np.random.default_rng(seed)
    own = STRENGTHS + spread * random.normal(size=(people, 4))
    own[-1] = -2 * STRENGTHS
    who = np.repeat(np.arange(people), each)
    a = random.integers(4, size=who.size)
    b = (a + random.integers(1, 4, size=who.size)) % 4
    won = random.random(who.size) < 1 / (1 + np.exp(own[who, b] - own[who, a]))
    return pl.DataFrame(
        {
            "model_a": NAMES[a],
            "model_b": NAMES[b],
            "winner": np.where(won, "model_a", "model_b"),
            "voter": [f"person-{number}" for number in who],
        }
    )


@pytest.fixture(scope="module")
def everybody() -> Board:
    return rank(Battles.from_frame(votes_of(300, 40)))


def mine(votes: int, everybody: Board) -> OwnBoard:
    last = votes_of(300, max(votes, 1), seed=9).filter(pl.col("voter") == "person-299")
    return own_board(Battles.from_frame(last[:votes]), everybody)


def test_without_votes_it_is_everybodys_board_and_says_so(everybody: Board) -> None:
    found = mine(0, everybody)
    assert (found.votes, found.enough) == (0, False)
    assert found.own_share == pytest.approx(0, abs=1e-9)
    assert [one.model for one in found.models] == [one.model for one in everybody.rated]
    for one in found.models:
        assert one.rating == pytest.approx(one.everybody)
        assert one.verdict == "like_everybody"
        assert one.departure.upper > 50


def test_own_votes_move_the_board_towards_the_own_taste(everybody: Board) -> None:
    few, many = mine(15, everybody), mine(400, everybody)
    assert 0 < few.own_share < many.own_share < 1
    assert (few.enough, many.enough) == (False, True)
    assert many.models[0].model == "tern"
    assert (many.models[0].verdict, many.models[-1].verdict) == ("more", "less")
    tern = {board.votes: board.models for board in (few, many)}
    departures = [
        next(one.departure for one in models if one.model == "tern") for models in tern.values()
    ]
    assert departures[0].estimate < departures[1].estimate
    assert departures[0].standard_error > departures[1].standard_error


def test_what_everybodys_board_does_not_know_matters_less_the_more_own_votes_there_are() -> None:
    unsure = rank(Battles.from_frame(votes_of(30, 4)))
    widths = {one.model: (one.upper or 0) - (one.lower or 0) for one in unsure.rated}
    few, many = mine(15, unsure), mine(1_000, unsure)
    assert all(one.upper - one.lower > widths[one.model] for one in few.models)
    assert all(one.upper - one.lower < 0.8 * widths[one.model] for one in many.models)


def test_own_votes_are_counted_by_outcome(everybody: Board) -> None:
    own = pl.DataFrame(
        {
            "model_a": ["auk", "auk", "gull", "stranger"],
            "model_b": ["gull", "tern", "auk", "auk"],
            "winner": ["model_a", "tie", "model_a", "model_a"],
            "count": [3, 1, 1, 1],
        }
    )
    found = own_board(Battles.from_frame(own), everybody)
    (auk,) = [one for one in found.models if one.model == "auk"]
    assert found.votes == 5  # a model that everybody's board does not rate has no place
    assert (auk.battles, auk.wins, auk.losses, auk.ties) == (5, 3, 1, 1)


def test_a_wider_spread_trusts_own_votes_more(everybody: Board) -> None:
    own = votes_of(300, 20, seed=9).filter(pl.col("voter") == "person-299")
    shares = [
        own_board(Battles.from_frame(own), everybody, spread=spread).own_share
        for spread in (0.1, 0.35, 1.0)
    ]
    assert shares == sorted(shares)


def test_the_spread_of_tastes_comes_from_everybodys_votes() -> None:
    apart = taste_spread(Battles.from_frame(votes_of(1_500, 20, spread=0.6)))
    assert apart == pytest.approx(0.6, rel=0.15)
    assert taste_spread(Battles.from_frame(votes_of(20, 20, spread=0.6))) is None
    assert taste_spread(Battles.from_frame(votes_of(900, 1))) is None


def test_people_of_one_taste_have_no_taste_of_their_own(everybody: Board) -> None:
    """Half of such estimates are negative by chance: that is no reason to assume large ones."""
    spreads = []
    for seed in range(6):
        votes = votes_of(201, 20, seed=seed).filter(pl.col("voter") != "person-200")
        spreads.append(taste_spread(Battles.from_frame(votes)))
    assert 0.0 in spreads
    assert all(spread is not None and spread < 0.25 for spread in spreads)
    own = Battles.from_frame(votes_of(300, 20, seed=9).filter(pl.col("voter") == "person-299"))
    one_taste, unknown = (own_board(own, everybody, spread=spread) for spread in (0.0, None))
    assert one_taste.own_share < unknown.own_share
    assert (one_taste.spread_assumed, unknown.spread_assumed) == (False, True)


def test_boards_of_another_kind_are_refused() -> None:
    own = Battles.from_frame(votes_of(2, 3))
    ties = rank(
        Battles.from_frame(
            votes_of(40, 20).with_columns(
                winner=pl.when(pl.int_range(pl.len()) % 5 == 0)
                .then(pl.lit("tie"))
                .otherwise("winner")
            )
        ),
        Recipe(estimator="davidson"),
    )
    with pytest.raises(RecipeError, match="plain Bradley-Terry"):
        own_board(own, ties)


def test_the_board_is_json(everybody: Board) -> None:
    values = mine(15, everybody).to_dict()
    assert values["enough"] is False
    assert {"rating", "everybody", "departure", "verdict"} <= values["models"][0].keys()
