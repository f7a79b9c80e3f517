"""Check a board against its own votes: thin links, pairs that do not fit, and cycles."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tiltyard.battles.notes import counted
from tiltyard.boards.board import Board
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.fitting.fitting import used_counts
from tiltyard.boards.records import Diagnostic
from tiltyard.boards.wording import listed
from tiltyard.ratings.bridges import thin_bridges
from tiltyard.ratings.graph import pair_residuals, surviving_cycles
from tiltyard.ratings.intervals import points_per_nat
from tiltyard.ratings.pair_counts import PairCounts

SHOWN = 10
CHECKS = frozenset({"thin_bridge", "pair_residual", "cycle"})
"""The kinds of diagnostics that only a check finds."""


def check_fit(board: Board) -> tuple[Diagnostic, ...]:
    """Look for what one scale of ratings cannot tell, or tells with too few votes.

    Three kinds are found, the first ten of each. `thin_bridge`: few votes connect these models to
    the others. `pair_residual`: two models' votes against each other are further from what their
    ratings say than chance allows, among all pairs, with the recipe's confidence (for Bradley-Terry
    without controls). `cycle`: each of three models beats the next, and the last the first, beyond
    doubt.

    Parameters
    ----------
    board
        With its votes, as :func:`tiltyard.rank` returns it or a directory holds it.

    Raises
    ------
    RecipeError
        When the board was read from JSON alone.
    """
    if board.counted is None:
        raise RecipeError("This board was read without its votes: rank them again to check it.")
    pairs, recipe = board.counted.pairs, board.recipe
    ratings = {row.model: row.rating for row in board.rated if row.rating is not None}
    members = np.array([place for place, name in enumerate(pairs.names) if name in ratings])
    if members.size == 0:
        return ()
    names = tuple(pairs.names[place] for place in members.tolist())
    counts, squares = (table.restricted_to(members) for table in used_counts(pairs, recipe))
    votes = pairs.votes.restricted_to(members)
    found = list(_thin(votes, names))
    if not recipe.is_tie_model and not recipe.controls:
        points = np.array([ratings[name] for name in names]) / points_per_nat(recipe.scale)
        found += _surprising(counts, squares, points - points.mean(), names, recipe.confidence)
    found += _cycles(counts, squares, names, recipe.confidence)
    return tuple(found)


def checked(board: Board) -> Board:
    """Add what :func:`check_fit` finds to the board's diagnostics.

    Raises
    ------
    RecipeError
        As :func:`check_fit` does.
    """
    return replace(board, diagnostics=(*board.diagnostics, *check_fit(board)))


def _thin(votes: PairCounts, names: tuple[str, ...]) -> Iterator[Diagnostic]:
    for bridge in thin_bridges(votes)[:SHOWN]:
        models = tuple(names[place] for place in bridge.group.tolist())
        number = round(bridge.votes)
        few = f"{counted(number, 'vote')} {'connects' if number == 1 else 'connect'}"
        message = (
            f"{listed(models, SHOWN)}: only {few} these models to the others, "
            "so no comparison across is better than those allow."
        )
        yield Diagnostic("thin_bridge", message, models)


def _surprising(
    counts: PairCounts,
    squares: PairCounts,
    strengths: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    names: tuple[str, ...],
    confidence: float,
) -> Iterator[Diagnostic]:
    residuals = pair_residuals(counts, strengths, squares)
    for row in residuals.surprising(confidence)[:SHOWN].tolist():
        models = names[counts.first[row]], names[counts.second[row]]
        message = (
            f"{models[0]} won {residuals.observed[row]:.1%} of the points against {models[1]}, "
            f"and their ratings say {residuals.expected[row]:.1%}."
        )
        yield Diagnostic("pair_residual", message, models)


def _cycles(
    counts: PairCounts, squares: PairCounts, names: tuple[str, ...], confidence: float
) -> Iterator[Diagnostic]:
    for row in surviving_cycles(counts, squares, confidence=confidence).triangles[:SHOWN].tolist():
        first, second, third = models = tuple(names[place] for place in row)
        message = (
            f"{first} beats {second}, {second} beats {third}, and {third} beats {first}: "
            "no single scale fits all three."
        )
        yield Diagnostic("cycle", message, models)
