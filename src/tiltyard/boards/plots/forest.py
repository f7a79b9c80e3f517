"""The forest plot: every model with its rating and interval, best first."""

from tiltyard.boards.board import Board
from tiltyard.boards.plots.axis import Axis
from tiltyard.boards.plots.canvas import (
    Drawing,
    box,
    group,
    line,
    shortened,
    text,
    width_of,
)
from tiltyard.boards.plots.words import footer, heading, interval_words, rank_words
from tiltyard.boards.records import Standing

ROW = 24.0
TOP = 92.0
PLOT = 460.0
MARGIN = 28.0
RANKS = 62.0
NUMBERS = 196.0


def draw_forest(board: Board) -> Drawing:
    """Draw the ratings of a board with at least one rated model."""
    rated = board.rated
    names = max(width_of(shortened(standing.model)) for standing in rated)
    left = MARGIN + RANKS + names + 20
    axis = Axis.over([value for standing in rated for value in _ends(standing)], left, left + PLOT)
    bottom = TOP + ROW * len(rated)
    width = left + PLOT + NUMBERS
    confidence = f"{board.recipe.confidence * 100:g}"
    parts = [
        *heading(
            "Ratings", f"Points with {confidence} % intervals; 400 more are odds of ten to one"
        ),
        *_grid(axis, bottom),
        *(_row(standing, axis, TOP + ROW * row, width) for row, standing in enumerate(rated)),
        *footer(board, bottom + 34),
    ]
    return Drawing(f"Ratings of {len(rated)} models", width, bottom + 58, "".join(parts))


def _grid(axis: Axis, bottom: float) -> list[str]:
    parts = []
    for mark in axis.marks():
        x = axis.at(mark)
        parts.append(line(x, TOP - 8, x, bottom + 4, "grid"))
        parts.append(text(x, TOP - 16, f"{mark:g}", "soft small", anchor="middle"))
    return parts


def _row(standing: Standing, axis: Axis, y: float, width: float) -> str:
    middle, base = y + ROW / 2, y + ROW / 2 + 4.5
    lower, upper = _ends(standing)
    rating = standing.rating or 0.0
    name = shortened(standing.model)
    parts = [
        box(MARGIN - 8, y, width - 2 * MARGIN + 16, ROW, "hover"),
        text(MARGIN + RANKS - 18, base, rank_words(standing), "soft number", anchor="end"),
        text(MARGIN + RANKS, base, name, "ink name"),
        line(axis.at(lower), middle, axis.at(upper), middle, "interval"),
        line(axis.at(rating), middle - 6, axis.at(rating), middle + 6, "estimate"),
        text(axis.end + 62, base, f"{rating:.0f}", "ink strong-words", anchor="end"),
        text(axis.end + 74, base, interval_words(standing), "soft number"),
    ]
    said = (
        f"{standing.model}: {rating:.1f} ({interval_words(standing)}), {standing.battles:,} battles"
    )
    return group(parts, said)


def _ends(standing: Standing) -> tuple[float, float]:
    """Give the interval; where it has no end, the rating stands for it."""
    rating = standing.rating or 0.0
    lower, upper = standing.lower, standing.upper
    return (rating if lower is None else lower, rating if upper is None else upper)
