"""`tiltyard verify`: see whether a board is what it says."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tiltyard.cli.recipe_options import column_option, columns_of

if TYPE_CHECKING:
    from tiltyard.boards.verifying import Verification

DIFFERS = 1


@click.command()
@click.argument("board", type=click.Path(path_type=Path))
@click.argument("votes", nargs=-1, type=click.Path(path_type=Path))
@column_option
@click.option("--json", "as_json", is_flag=True, help="Write the findings as JSON.")
def verify(
    board: Path, votes: tuple[Path, ...], columns: tuple[str, ...], *, as_json: bool
) -> None:
    """Rebuild BOARD from its votes and compare.

    BOARD is a directory that `tiltyard rank --save` made, or the JSON of a board. VOTES are the
    files it should come from; without them, the counted votes in the directory are ranked again.

    Exits with 0 when everything agrees, 1 when something differs, 2 when something cannot be read.
    """
    from tiltyard.boards.board import Board
    from tiltyard.boards.reading import read_for
    from tiltyard.boards.verifying import verify_board
    from tiltyard.cli.patience import patience

    with patience("Ranking again"):
        recipe = Board.load(board).recipe
        read = read_for(recipe, votes, columns_of(columns)) if votes else None
        found = verify_board(board, read)
    _print(found, as_json=as_json)
    if not found.holds:
        sys.exit(DIFFERS)


def _print(found: "Verification", *, as_json: bool) -> None:
    import json

    from tiltyard.cli.patience import printable

    if as_json:
        values = {
            "holds": found.holds,
            "rebuilt_from": found.rebuilt_from,
            "differences": found.differences,
            "largest_gap": found.largest_gap,
            "same_bytes": found.same_bytes,
        }
        click.echo(json.dumps(values, indent=2))
        return
    board = found.board
    for difference in found.differences:
        click.echo(printable(difference))
    said = "agrees with" if found.holds else "differs from"
    click.echo(
        f"The board of {board.votes:,} votes on {len(board.models)} models {said} what its "
        f"{found.rebuilt_from} give{_how_closely(found)}."
    )


def _how_closely(found: "Verification") -> str:
    if found.same_bytes:
        return ", byte by byte"
    gap = f"the largest gap between numbers is {found.largest_gap:.1g}"
    return f" within a millionth, though not byte by byte: {gap}" if found.holds else f"; {gap}"
