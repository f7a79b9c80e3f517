"""Write the plots of a board: an SVG file each, and one page with all of them."""

from collections.abc import Mapping
from html import escape
from pathlib import Path

from tiltyard.boards.board import Board
from tiltyard.boards.errors import SavedBoardError
from tiltyard.boards.plots.canvas import DARK, LIGHT, SANS, Drawing, stylesheet
from tiltyard.boards.plots.forest import draw_forest
from tiltyard.boards.plots.frontier import draw_frontier
from tiltyard.boards.plots.heat_map import draw_heat_map
from tiltyard.boards.price_frontier import price_frontier

PAGE = "index.html"
FEWEST = 2


def write_plots(
    board: Board,
    directory: str | Path,
    *,
    prices: Mapping[str, float] | None = None,
    unit: str = "Price",
) -> list[Path]:
    """Write the forest plot, the win probabilities and, with prices, the price frontier.

    Each is an SVG file that follows the system's light or dark; `index.html` holds all of them.
    The same board gives the same bytes.

    Parameters
    ----------
    board
        With at least one rated model; otherwise nothing is drawn but the page that says so.
    directory
        Made if it is not there.
    prices
        By model. Models without a price are not in the price frontier.
    unit
        What the prices are in.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    SavedBoardError
        When nothing can be written there.
    """
    drawings = _drawings(board, prices or {}, unit)
    contents = {f"{name}.svg": drawing.to_svg() for name, drawing in drawings.items()}
    contents[PAGE] = _page(board, drawings)
    place = Path(directory)
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (place / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise SavedBoardError(f"{place} cannot be written ({error.strerror}).") from error
    return [place / name for name in contents]


def _drawings(board: Board, prices: Mapping[str, float], unit: str) -> dict[str, Drawing]:
    if not board.rated:
        return {}
    drawings = {"forest": draw_forest(board)}
    if len(board.covered) >= FEWEST:
        drawings["win_probability"] = draw_heat_map(board)
    priced = price_frontier(board, prices)
    if priced:
        drawings["price_frontier"] = draw_frontier(board, priced, unit)
    return drawings


def _page(board: Board, drawings: Mapping[str, Drawing]) -> str:
    figures = "".join(
        f'<figure id="{name}">{drawing.to_svg(standalone=False)}</figure>\n'
        for name, drawing in drawings.items()
    )
    remarks = "".join(f"<li>{escape(one.message)}</li>" for one in board.diagnostics)
    noted = f"<ul>{remarks}</ul>" if remarks else ""
    title = f"{board.votes:,} votes on {len(board.models)} models"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{stylesheet()}{_layout()}</style>\n"
        f"</head>\n<body>\n<h1>{escape(title)}</h1>\n{noted}\n{figures}</body>\n</html>\n"
    )


def _layout() -> str:
    return (
        f"body{{margin:0 auto;padding:24px;max-width:1100px;font:16px/1.5 {SANS};"
        f"background:{LIGHT['paper']};color:{LIGHT['ink']}}}"
        "h1{font-size:22px;font-weight:650;margin:8px 28px}ul{margin:8px 28px;padding-left:18px}"
        "figure{margin:24px 0;overflow-x:auto}.plot{display:block}"
        f"@media (prefers-color-scheme: dark){{body{{background:{DARK['paper']};"
        f"color:{DARK['ink']}}}}}"
    )
