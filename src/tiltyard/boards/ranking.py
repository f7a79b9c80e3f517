"""Make a board: votes and a recipe in, a leaderboard out."""

import difflib
import hashlib
import json

import numpy as np

from tiltyard import __version__
from tiltyard.battles.pair_table import PairTable
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board, Standing
from tiltyard.boards.diagnose import diagnose
from tiltyard.boards.recipe import Recipe, RecipeError
from tiltyard.ratings.bradley_terry import BradleyTerryFit
from tiltyard.ratings.intervals import normal_interval, points_per_nat, rank_by_overlap
from tiltyard.ratings.pair_counts import Floats, Indices, PairCounts
from tiltyard.ratings.rateable import fit_rateable

MEAN = 1000.0


def rank(battles: Battles, recipe: Recipe | None = None) -> Board:
    """Rank the models of a battles table.

    Models that the votes cannot place on one scale with the others stay on the board with their
    counts, without a rating, and are named in its diagnostics: the largest estimable set of models
    is rated.

    Parameters
    ----------
    battles
        The votes.
    recipe
        Bradley-Terry with 95 % intervals and mean 1000 when left out.

    Raises
    ------
    RecipeError
        When the anchor is not among the models, or is one that cannot be rated.
    """
    recipe = recipe or Recipe()
    pairs = battles.pairs
    _refuse_unknown_anchor(recipe, pairs.names)
    result = fit_rateable(pairs.weights, pairs.squares)
    rated = _rated(pairs, result.members, result.fit, recipe) if result.fit else {}
    return Board(
        models=_standings(pairs, rated),
        log_likelihood=result.fit.log_likelihood if result.fit else None,
        coefficients=(),
        diagnostics=diagnose(pairs, result),
        recipe=recipe,
        data_sha256=digest(pairs),
        version=__version__,
    )


def digest(pairs: PairTable) -> str:
    """Digest the votes as a recipe on pair counts sees them.

    SHA-256 over one line of JSON per pair and table, in the order of the names: the two names and
    the four totals (wins of the first, wins of the second, ties, both-bad) of the votes, of their
    weights and of their squared weights.
    """
    sha256 = hashlib.sha256()
    for counts in (pairs.votes, pairs.weights, pairs.squares):
        columns = (counts.first_wins, counts.second_wins, counts.ties, counts.both_bad)
        totals = np.column_stack(columns).tolist()
        ends = zip(counts.first.tolist(), counts.second.tolist(), totals, strict=True)
        for first, second, total in ends:
            line = json.dumps([pairs.names[first], pairs.names[second], *total])
            sha256.update(line.encode() + b"\n")
    return sha256.hexdigest()


_Rated = dict[int, tuple[float, float, float, float, int, int]]


def _rated(pairs: PairTable, members: Indices, fit: BradleyTerryFit, recipe: Recipe) -> _Rated:
    """Rating, lower, upper, standard error, best and worst rank of each rated model."""
    points = points_per_nat(recipe.scale)
    rating = points * fit.strengths + _shift(pairs, members, points * fit.strengths, recipe)
    error = points * np.sqrt(np.diag(fit.covariance))
    lower, upper = normal_interval(rating, error, recipe.confidence)
    ranks = rank_by_overlap(lower, upper)
    columns = (rating, lower, upper, error, ranks.best, ranks.worst)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return dict(zip(members.tolist(), rows, strict=True))


def _shift(pairs: PairTable, members: Indices, centred: Floats, recipe: Recipe) -> float:
    """Points that bring the sum-zero gauge to the recipe's: mean 1000, or the anchor's score."""
    if recipe.anchor is None:
        return MEAN
    place = np.flatnonzero(members == pairs.names.index(recipe.anchor.model))
    if place.size == 0:
        raise RecipeError(
            f"The anchor {recipe.anchor.model} cannot be rated from these votes, "
            "so no rating can be placed relative to it: choose another anchor."
        )
    return recipe.anchor.score - float(centred[place[0]])


def _refuse_unknown_anchor(recipe: Recipe, names: tuple[str, ...]) -> None:
    if recipe.anchor is None or recipe.anchor.model in names:
        return
    near = difflib.get_close_matches(recipe.anchor.model, names, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {len(names)} models."
    raise RecipeError(f"The anchor {recipe.anchor.model} is not among the models; {hint}")


def _standings(pairs: PairTable, rated: _Rated) -> tuple[Standing, ...]:
    standings = []
    for index, (name, counts) in enumerate(zip(pairs.names, _records(pairs.votes), strict=True)):
        battles, wins, losses, ties = counts
        rating, lower, upper, error, best, worst = rated.get(index, (None,) * 6)
        standings.append(
            Standing(
                model=name,
                rating=rating,
                lower=lower,
                upper=upper,
                standard_error=error,
                rank=best,
                rank_lower=best,
                rank_upper=worst,
                battles=battles,
                wins=wins,
                losses=losses,
                ties=ties,
            )
        )
    return tuple(sorted(standings, key=_place))


def _records(votes: PairCounts) -> list[list[int]]:
    """Battles, wins, losses and ties of each model, both-bad among the ties."""
    wins = votes.per_model(votes.first_wins, votes.second_wins)
    losses = votes.per_model(votes.second_wins, votes.first_wins)
    draws = votes.ties + votes.both_bad
    ties = votes.per_model(draws, draws)
    table = np.column_stack([wins + losses + ties, wins, losses, ties])
    return table.astype(np.int64).tolist()  # type: ignore[no-any-return]  # a matrix gives rows


def _place(standing: Standing) -> tuple[bool, float, str]:
    return standing.rating is None, -(standing.rating or 0.0), standing.model
