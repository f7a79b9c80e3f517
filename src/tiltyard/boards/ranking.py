"""Make a board: votes and a recipe in, a leaderboard out."""

import math
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from tiltyard import __version__
from tiltyard.battles.frames import ArrowTable
from tiltyard.battles.inspecting import odd_names
from tiltyard.battles.pair_table import PairTable
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.diagnose import diagnose
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.fitting.counted import Counted
from tiltyard.boards.fitting.counting import count_votes, noted
from tiltyard.boards.fitting.fitting import Effect, Fitted, fit
from tiltyard.boards.fitting.placing import Placed, place, refuse_unknown
from tiltyard.boards.fitting.reading import read_for
from tiltyard.boards.fitting.start import Start
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.records import Coefficient, Diagnostic, Standing, Step
from tiltyard.ratings.pair_counts import PairCounts


def rank(
    votes: Battles | PairTable | str | Path | ArrowTable, recipe: Recipe | None = None
) -> Board:
    """Rank the models of a battles table, a frame or a file of votes.

    Models that the votes cannot place on one scale with the others stay on the board with their
    counts, without a rating, and are named in its diagnostics: the largest estimable set of models
    is rated.

    Parameters
    ----------
    votes
        A battles table; a polars or pandas frame or any table that exports Arrow, in a published
        schema; or a file, of which only what the recipe looks at is read, with the least time and
        memory. For recipes that look at nothing but models, outcomes and weights also counts by
        pair, as :func:`tiltyard.battles.streaming.count_votes` makes them.
    recipe
        Bradley-Terry with 95 % intervals and mean 1000 when left out.

    Raises
    ------
    RecipeError
        When the recipe cannot be followed with these votes: a column it needs is missing, no vote
        is in its slice, its anchor is not among the models or cannot be rated.
    VotesError
        As :func:`tiltyard.read_battles` does, for a file or a frame.
    """
    recipe = recipe or Recipe()
    if isinstance(votes, str | Path):
        votes = read_for(recipe, [votes])
    if isinstance(votes, PairTable):
        if not recipe.needs_only_votes:
            raise RecipeError("This recipe looks at single votes: give the battles, not counts.")
        return rank_counted(Counted(votes), recipe, diagnostics=noted(votes.notes))
    battles = votes if isinstance(votes, Battles) else Battles.from_frame(votes)
    found = count_votes(battles, recipe)
    return rank_counted(found.counted, recipe, filters=found.filters, diagnostics=found.diagnostics)


def rank_counted(
    counted: Counted,
    recipe: Recipe,
    *,
    filters: tuple[Step, ...] = (),
    diagnostics: tuple[Diagnostic, ...] = (),
    start: Start | None = None,
) -> Board:
    """Rank votes that are sliced, filtered, weighed and counted already.

    Parameters
    ----------
    counted
        The votes.
    recipe
        What they were counted for.
    filters, diagnostics
        What the board should say of how they were.
    start
        Where the fit may begin; nothing but its speed depends on it.

    Raises
    ------
    RecipeError
        As :func:`rank` does.
    """
    fitted = fit_counted(counted, recipe, start)
    return board_of(counted, fitted, recipe, filters=filters, diagnostics=diagnostics)


def fit_counted(counted: Counted, recipe: Recipe, start: Start | None = None) -> Fitted:
    """Fit counted votes, all of whose models that the recipe names are there.

    Raises
    ------
    RecipeError
        As :func:`rank` does.
    """
    names = counted.pairs.names
    if recipe.anchor is not None:
        refuse_unknown("The anchor", recipe.anchor.model, names)
    for model in (*(variants.model for variants in recipe.variants), *recipe.intervals_for):
        refuse_unknown("The model", model, names)
    return fit(counted, recipe, start)


def board_of(
    counted: Counted,
    fitted: Fitted,
    recipe: Recipe,
    *,
    filters: tuple[Step, ...] = (),
    diagnostics: tuple[Diagnostic, ...] = (),
) -> Board:
    """Make a board of a fit of counted votes; the rest is as in :func:`rank_counted`."""
    pairs = counted.pairs
    names, placed = [pairs.names[index] for index in fitted.members.tolist()], None
    if fitted.log_likelihood is not None:
        votes = pairs.votes.per_model(pairs.votes.totals, pairs.votes.totals)[fitted.members]
        placed = place(fitted, names, votes, recipe)
    covered = () if placed is None else tuple(names[row] for row in placed.covered.tolist())
    return Board(
        models=_standings(pairs, fitted, placed),
        log_likelihood=fitted.log_likelihood,
        coefficients=tuple(_coefficient(effect, recipe.confidence) for effect in fitted.effects),
        diagnostics=(*diagnose(pairs, fitted), *noted(odd_names(pairs)), *diagnostics),
        recipe=recipe,
        data_sha256=counted.sha256,
        version=__version__,
        filters=filters,
        covered=covered,
        covariance=placed.covariance if placed else None,
        counted=counted,
    )


def _coefficient(effect: Effect, confidence: float) -> Coefficient:
    reach = float(ndtri(0.5 + 0.5 * confidence)) * effect.standard_error
    size = abs(effect.estimate) / effect.standard_error if effect.standard_error else math.inf
    return Coefficient(
        effect.name,
        effect.estimate,
        effect.estimate - reach,
        effect.estimate + reach,
        effect.standard_error,
        2.0 * float(ndtr(-size)) if effect.tested else None,
    )


def _standings(pairs: PairTable, fitted: Fitted, placed: Placed | None) -> tuple[Standing, ...]:
    rows = {} if placed is None else dict(zip(fitted.members.tolist(), _rows(placed), strict=True))
    standings = [
        _standing(name, counts, rows.get(index, NOTHING))
        for index, (name, counts) in enumerate(zip(pairs.names, _records(pairs.votes), strict=True))
    ]
    return tuple(sorted(standings, key=_place))


_Row = tuple[Any, ...]
NOTHING: _Row = (None,) * 9


def _standing(name: str, counts: list[int], row: _Row) -> Standing:
    return Standing(name, *row[:-2], *counts, *row[-2:])


def _rows(placed: Placed) -> list[_Row]:
    """List rating, bounds, error, ranks, P(best) and groups; what is not finite is None."""
    numbers = (placed.rating, placed.lower, placed.upper, placed.standard_error)
    finite = [
        [value if math.isfinite(value) else None for value in row.tolist()] for row in numbers
    ]
    nobody = [None] * placed.rating.size
    ranks = [
        nobody if row is None else row.tolist()
        for row in (placed.rank, placed.rank_lower, placed.rank_upper)
    ]
    best = nobody if placed.probability_best is None else placed.probability_best.tolist()
    return list(zip(*finite, *ranks, best, placed.tie_groups or nobody, strict=True))


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
