"""Draw the price frontier."""

from collections.abc import Sequence

from tiltyard.boards.board import Board
from tiltyard.boards.plots.axis import Axis
from tiltyard.boards.plots.canvas import (
    Drawing,
    dot,
    group,
    line,
    number,
    shortened,
    text,
    width_of,
)
from tiltyard.boards.plots.words import footer, heading, interval_words
from tiltyard.boards.price_frontier import Priced

LEFT, TOP, WIDTH, HEIGHT = 78.0, 84.0, 760.0, 440.0
LABEL = 12.0


def draw_frontier(board: Board, models: Sequence[Priced], unit: str) -> Drawing:
    """Draw at least one priced model; `unit` is what the prices are in."""
    across = Axis.over(
        [model.price for model in models], LEFT + 12, LEFT + WIDTH - 12, logarithmic=True
    )
    ends = [end for model in models for end in _ends(model)]
    up = Axis.over(ends, TOP + HEIGHT, TOP)
    bottom = TOP + HEIGHT
    parts = [
        *heading("Rating for the price", f"{unit}, logarithmic; the line joins the best for less"),
        *_grid(across, up),
        _line(models, across, up),
        *(_mark(model, across, up) for model in sorted(models, key=lambda model: model.best)),
        *_names(models, across, up),
        *footer(board, bottom + 62),
    ]
    return Drawing(f"Ratings and prices of {len(models)} models", 900, bottom + 84, "".join(parts))


def _grid(across: Axis, up: Axis) -> list[str]:
    parts = []
    for mark in up.marks():
        y = up.at(mark)
        parts.append(line(LEFT, y, LEFT + WIDTH, y, "grid"))
        parts.append(text(LEFT - 10, y + 4, f"{mark:g}", "soft small", anchor="end"))
    for mark in across.marks(9):
        x = across.at(mark)
        parts.append(line(x, TOP + HEIGHT, x, TOP + HEIGHT + 5, "grid"))
        parts.append(text(x, TOP + HEIGHT + 22, f"{mark:g}", "soft small", anchor="middle"))
    return parts


def _line(models: Sequence[Priced], across: Axis, up: Axis) -> str:
    """Draw steps: the best rating that each price buys."""
    best = [model for model in models if model.best]
    path = ""
    for model in best:
        x, y = number(across.at(model.price)), number(up.at(model.rating))
        path += f"M{x} {y}" if not path else f"H{x}V{y}"
    return f'<path class="step" d="{path}H{number(LEFT + WIDTH)}"/>'


def _mark(model: Priced, across: Axis, up: Axis) -> str:
    x = across.at(model.price)
    lower, upper = _ends(model)
    parts = [
        line(x, up.at(lower), x, up.at(upper), "range best" if model.best else "range"),
        dot(x, up.at(model.rating), 5 if model.best else 4, "point" if model.best else "plain"),
    ]
    said = (
        f"{model.standing.model}: {model.rating:.0f} "
        f"({interval_words(model.standing)}) for {model.price:g}"
    )
    return group(parts, said)


_Box = tuple[float, float, float, float]


def _names(models: Sequence[Priced], across: Axis, up: Axis) -> list[str]:
    """Name the models, those on the frontier first, where a name meets no other and no mark."""
    taken = [_mark_box(model, across, up) for model in models]
    parts = []
    for model in sorted(models, key=lambda model: (not model.best, -model.rating)):
        name = shortened(model.standing.model, 30)
        x, y = across.at(model.price), up.at(model.rating)
        place = _free_place(x, y, width_of(name, LABEL), taken)
        if place is not None:
            taken.append(place)
            kind = "ink" if model.best else "soft"
            left = place[2] < x
            parts.append(
                text(
                    place[2] if left else place[0],
                    place[3] - 3,
                    name,
                    f"{kind} small halo",
                    anchor="end" if left else "start",
                )
            )
    return parts


def _mark_box(model: Priced, across: Axis, up: Axis) -> _Box:
    x, (lower, upper) = across.at(model.price), _ends(model)
    y = up.at(model.rating)
    return x - 6, min(up.at(upper), y - 6), x + 6, max(up.at(lower), y + 6)


def _free_place(x: float, y: float, wide: float, taken: Sequence[_Box]) -> _Box | None:
    """Find a box for a name beside, above or below its mark; None where there is no room."""
    for start, middle in (
        (x - wide - 8, y - 8),
        (x + 8, y - 8),
        (x + 8, y),
        (x + 8, y + 9),
        (x - wide - 8, y),
        (x - wide - 8, y + 9),
        (x - wide / 2, y + 22),
    ):
        place = (start, middle - 7, start + wide, middle + 7)
        inside = start > LEFT and place[2] < LEFT + WIDTH + 50 and place[3] < TOP + HEIGHT
        if inside and not any(_meet(place, other) for other in taken):
            return place
    return None


def _meet(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _ends(model: Priced) -> tuple[float, float]:
    lower, upper = model.standing.lower, model.standing.upper
    return (
        model.rating if lower is None else lower,
        model.rating if upper is None else upper,
    )
