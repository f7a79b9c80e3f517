"""The heat map: how likely each model is to beat each other."""

import math
from collections.abc import Iterable
from itertools import permutations

from tiltyard.boards.board import Board
from tiltyard.boards.plots.canvas import SHADES, Drawing, box, group, shortened, text, width_of
from tiltyard.boards.plots.words import MARGIN, footer, heading
from tiltyard.boards.records import Estimate, Standing

MOST = 30
CELL_WIDTH, CELL_HEIGHT = 38.0, 26.0
SLOPE = 45.0
KEY = 28.0


def draw_heat_map(board: Board) -> Drawing:
    """Draw the win probabilities among the highest rated models of a board."""
    covered = [standing for standing in board.rated if standing.model in set(board.covered)]
    shown = tuple(covered[:MOST])
    label = max(width_of(shortened(standing.model, 36)) for standing in shown)
    left, top = MARGIN + label + 14, 84 + label * math.sin(math.radians(SLOPE)) + 8
    size = len(shown)
    overhang = label * math.cos(math.radians(SLOPE))
    width = max(left + CELL_WIDTH * size + max(overhang, MARGIN), 560.0)
    bottom = top + CELL_HEIGHT * size
    more = f"; the {size} highest rated of {len(board.rated)}" if len(board.rated) > size else ""
    chances = {
        (row.model, column.model): board.win_probability(row.model, column.model)
        for row, column in permutations(shown, 2)
    }
    reach = _reach(chances.values())
    parts = [
        *heading("Who beats whom", f"Per cent of votes that prefer the row to the column{more}"),
        *_labels(shown, left, top),
        *(
            _cell(row, column, chances[row.model, column.model], reach, _corner(left, top, x, y))
            for y, row in enumerate(shown)
            for x, column in enumerate(shown)
            if x != y
        ),
        *_key(left, bottom + 18, reach),
        *footer(board, bottom + 72),
    ]
    return Drawing(f"Win probabilities among {size} models", width, bottom + 92, "".join(parts))


def _reach(chances: Iterable[Estimate]) -> float:
    """How far from even the strongest shade is: the widest chance, up to the next five per cent."""
    widest = max(abs(chance.estimate - 0.5) for chance in chances)
    return max(math.ceil(widest * 20) / 20, 0.05)


def _corner(left: float, top: float, column: int, row: int) -> tuple[float, float]:
    return left + CELL_WIDTH * column, top + CELL_HEIGHT * row


def _labels(shown: tuple[Standing, ...], left: float, top: float) -> list[str]:
    parts = []
    for place, standing in enumerate(shown):
        name = shortened(standing.model, 36)
        y = top + CELL_HEIGHT * place + CELL_HEIGHT / 2 + 4.5
        x = left + CELL_WIDTH * place + CELL_WIDTH / 2 + 4
        parts.append(text(left - 12, y, name, "ink name", anchor="end"))
        parts.append(text(x, top - 10, name, "soft small", turn=-SLOPE))
    return parts


def _cell(
    row: Standing, column: Standing, chance: Estimate, reach: float, corner: tuple[float, float]
) -> str:
    x, y = corner
    kind, shade = _shade(chance.estimate, reach)
    said = (
        f"{row.model} over {column.model}: {chance.estimate:.1%} "
        f"({chance.lower:.1%} to {chance.upper:.1%})"
    )
    share = f"{100 * chance.estimate:.0f}"
    middle, base = x + CELL_WIDTH / 2, y + CELL_HEIGHT / 2 + 4.5
    parts = [
        box(x + 0.75, y + 0.75, CELL_WIDTH - 1.5, CELL_HEIGHT - 1.5, f"{kind}{shade}"),
        text(middle, base, share, f"over{shade} number", anchor="middle"),
    ]
    return group(parts, said)


def _shade(chance: float, reach: float) -> tuple[str, int]:
    """Choose the side of even chances, and one of the shades up to the reach."""
    away = min(int(abs(chance - 0.5) / reach * SHADES), SHADES - 1)
    return ("more" if chance >= 0.5 else "less"), away  # noqa: PLR2004  # even chances


def _key(left: float, y: float, reach: float) -> list[str]:
    parts = []
    for place in range(2 * SHADES):
        step = place - SHADES if place >= SHADES else SHADES - 1 - place
        kind = "more" if place >= SHADES else "less"
        parts.append(box(left + KEY * place, y, KEY - 1.5, 12, f"{kind}{step}"))
    end = left + KEY * 2 * SHADES
    for share, x in ((0.5 - reach, left), (0.5, (left + end) / 2), (0.5 + reach, end)):
        parts.append(text(x, y + 28, f"{100 * share:.0f} %", "soft small", anchor="middle"))
    return parts
