"""Personal and group boards: own votes, partially pooled with everybody's."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.fitting.codes import OUTCOMES, codes
from tiltyard.boards.ranking import rank
from tiltyard.boards.records import Estimate, rounded
from tiltyard.ratings.intervals import normal_interval, points_per_nat, rank_by_overlap
from tiltyard.ratings.tastes import Departure, fit_departure, spread_of_tastes
from tiltyard.ratings.votes import Votes

USUAL_SPREAD = 0.35
"""In nats, about 60 points: how far tastes are taken to lie apart until votes tell."""
FEWEST_VOTERS = 30
"""People with votes that compare, from whom on the spread of tastes is estimated."""
LEAST_SPREAD = 0.05
ENOUGH = 20
"""With fewer own votes a personal board says that it is hardly the person's."""

Verdict = Literal["more", "less", "like_everybody"]


@dataclass(frozen=True, slots=True)
class OwnStanding:
    """One model on a personal board.

    Parameters
    ----------
    rating, lower, upper
        Everybody's rating plus the departure, with the interval that the own votes, the spread of
        tastes and everybody's covariance leave.
    rank, rank_upper
        The best and the worst that the intervals allow.
    everybody
        Everybody's rating.
    departure
        Points above everybody's, with its interval.
    battles, wins, losses, ties
        Own votes.
    verdict
        `more` or `less` liked than by everybody, where the interval of the departure does not hold
        0.
    """

    model: str
    rating: float
    lower: float
    upper: float
    rank: int
    rank_upper: int
    everybody: float
    departure: Estimate
    battles: int
    wins: int
    losses: int
    ties: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class OwnBoard:
    """A person's or a group's board.

    Parameters
    ----------
    models
        By falling rating.
    votes
        Own votes that count: on two models that everybody's board rates.
    own_share
        Between 0, everybody's board, and 1, the person's alone.
    spread
        Points that one person's ratings lie from everybody's, one standard deviation.
    spread_assumed
        Whether the usual spread was taken, as too few people's votes compare to estimate it.
    """

    models: tuple[OwnStanding, ...]
    votes: int
    own_share: float
    spread: float
    spread_assumed: bool

    @property
    def enough(self) -> bool:
        """Whether the own votes are as many as a board of one's own should have."""
        return self.votes >= ENOUGH

    def to_dict(self) -> dict[str, Any]:
        """Return the board as JSON values."""
        values: dict[str, Any] = rounded(asdict(self) | {"enough": self.enough})
        return values


def taste_spread(battles: Battles) -> float | None:
    """Estimate how much one person's strengths differ from everybody's, in nats.

    Returns
    -------
    float or None
        None where fewer than 30 people cast votes that compare; 0 where no more of them agree
        with themselves than people of one taste do by chance.
    """
    board = rank(battles)
    if not board.is_rated:
        return None
    names, frame = [one.model for one in board.rated], battles.frame
    votes, kept = _votes(frame.filter(pl.col("voter").is_not_null()), names)
    voters = kept["voter"].cast(pl.String).rank("dense").cast(pl.Int64).to_numpy() - 1
    found = spread_of_tastes(votes, _strengths(board, names), voters)
    return None if found.voters < FEWEST_VOTERS else math.sqrt(max(found.variance, 0.0))


def own_board(own: Battles, everybody: Board, *, spread: float | None = None) -> OwnBoard:
    """Make the board of one person, or of a group whose votes are taken as one person's.

    Parameters
    ----------
    own
        Their votes, which are among everybody's.
    everybody
        The board of all votes, with its covariance; Bradley-Terry with ties as halves.
    spread
        How much tastes differ, in nats, as :func:`taste_spread` estimates it, but never less than
        a little; the usual spread where that is not known.

    Raises
    ------
    RecipeError
        When everybody's board has no covariance or is made in another way.
    """
    if everybody.covariance is None:
        raise RecipeError("This board was read without its covariance: rank the votes again.")
    if everybody.recipe.is_tie_model or everybody.recipe.controls:
        raise RecipeError("Own boards depart from plain Bradley-Terry boards only.")
    names = list(everybody.covered)
    votes, kept = _votes(own.frame, names)
    tau = max(USUAL_SPREAD if spread is None else spread, LEAST_SPREAD)
    per_nat = points_per_nat(everybody.recipe.scale)
    known = everybody.covariance / per_nat**2
    found = fit_departure(votes, _strengths(everybody, names), tau, known)
    standings = sorted(
        _standings(everybody, found, _records(kept, names)), key=lambda one: -one.rating
    )
    return OwnBoard(tuple(standings), len(kept), found.own_share, tau * per_nat, spread is None)


def _standings(
    everybody: Board, found: Departure, records: dict[str, dict[str, int]]
) -> Iterator[OwnStanding]:
    """Add departures to everybody's ratings."""
    per_nat, confidence = points_per_nat(everybody.recipe.scale), everybody.recipe.confidence
    ratings = {one.model: one.rating or 0.0 for one in everybody.rated}
    theirs = np.array([ratings[name] for name in everybody.covered])
    departures = found.departures * per_nat
    errors, apart = (
        per_nat * np.sqrt(np.maximum(np.diag(one), 0.0))
        for one in (found.own_covariance, found.covariance)
    )
    lower, upper = normal_interval(theirs + departures, errors, confidence)
    ranks = rank_by_overlap(lower, upper)
    for row, name in enumerate(everybody.covered):
        departure = Estimate.normal(float(departures[row]), float(apart[row]), confidence)
        yield OwnStanding(
            model=name,
            rating=float(theirs[row]) + departure.estimate,
            lower=float(lower[row]),
            upper=float(upper[row]),
            rank=int(ranks.best[row]),
            rank_upper=int(ranks.worst[row]),
            everybody=float(theirs[row]),
            departure=departure,
            **records[name],
            verdict=_verdict(departure),
        )


def _strengths(board: Board, names: list[str]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    ratings = {one.model: one.rating or 0.0 for one in board.rated}
    points = np.array([ratings[name] for name in names], np.float64)
    return (points - points.mean() if points.size else points) / points_per_nat(board.recipe.scale)


def _votes(frame: pl.DataFrame, names: list[str]) -> tuple[Votes, pl.DataFrame]:
    """Take the votes between two different models of these; rows that stand for several repeat."""
    known = pl.col("model_a").is_in(names) & pl.col("model_b").is_in(names)
    kept = frame.filter(known & (pl.col("model_a") != pl.col("model_b")))
    kept = kept.select(pl.exclude("count").repeat_by("count").explode()) if _several(kept) else kept
    a, b = (codes(kept[side], names) for side in ("model_a", "model_b"))
    outcome = codes(kept["outcome"], OUTCOMES)
    return Votes.from_arrays(a, b, outcome, kept["weight"].to_numpy(), models=len(names)), kept


def _several(frame: pl.DataFrame) -> bool:
    return bool(frame.height and (frame["count"] != 1).any())


def _records(kept: pl.DataFrame, names: list[str]) -> dict[str, dict[str, int]]:
    outcome = pl.col("outcome").cast(pl.String)
    sides = [
        kept.select(
            pl.col(f"model_{side}").cast(pl.String).alias("model"),
            (outcome == side).alias("wins"),
            (outcome == other).alias("losses"),
        )
        for side, other in (("a", "b"), ("b", "a"))
    ]
    counted = (
        pl.concat(sides)
        .group_by("model")
        .agg(pl.len().alias("battles"), pl.col("wins").sum(), pl.col("losses").sum())
    )
    found = {row["model"]: row for row in counted.to_dicts()}
    return {name: _record(found.get(name, {})) for name in names}


def _record(row: dict[str, int]) -> dict[str, int]:
    battles, wins, losses = (int(row.get(key, 0)) for key in ("battles", "wins", "losses"))
    return {"battles": battles, "wins": wins, "losses": losses, "ties": battles - wins - losses}


def _verdict(departure: Estimate) -> Verdict:
    if departure.lower > 0:
        return "more"
    return "less" if departure.upper < 0 else "like_everybody"
