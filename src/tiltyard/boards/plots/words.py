"""The words around a plot: its heading, what it was made from, ranks and intervals."""

from tiltyard.boards.board import Board
from tiltyard.boards.plots.canvas import text
from tiltyard.boards.records import Standing

MARGIN = 28.0


def heading(title: str, subtitle: str) -> list[str]:
    """Set the title and a line below it."""
    return [text(MARGIN, 34, title, "ink title"), text(MARGIN, 55, subtitle, "soft small")]


def footer(board: Board, y: float) -> list[str]:
    """Say from which votes and by which recipe, so that a picture can be traced."""
    unrated = len(board.models) - len(board.rated)
    said = (
        f"{board.votes:,} votes · data {board.data_sha256[:12]} · "
        f"recipe {board.recipe.sha256[:12]} · Tiltyard {board.version}"
    )
    more = f"{unrated} more without a rating · " if unrated else ""
    return [text(MARGIN, y, more + said, "soft small")]


def rank_words(standing: Standing) -> str:
    """Write the ranks that the intervals allow: `2`, or 2 to 4 with a dash between."""
    best, worst = standing.rank_lower, standing.rank_upper
    if best is None:
        return ""
    return f"{best}" if best == worst else f"{best}\N{EN DASH}{worst}"


def interval_words(standing: Standing) -> str:
    """Write the interval; an end that the votes do not set is endless."""
    lower = "-∞" if standing.lower is None else f"{standing.lower:.0f}"
    upper = "∞" if standing.upper is None else f"{standing.upper:.0f}"
    return f"{lower} to {upper}"
