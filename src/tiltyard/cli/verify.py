"""`tiltyard verify`: see whether a board is what it says."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tiltyard.cli.recipe_options import column_option, columns_of

if TYPE_CHECKING:
    from tiltyard.boards.saved.verifying import Verification

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
    It may also be a public vote ledger, of which every board is made again, and the pooled figures
    of every slice.

    Exits with 0 when everything agrees, 1 when something differs, 2 when something cannot be read.
    """
    from tiltyard.boards.board import Board
    from tiltyard.boards.fitting.reading import read_for
    from tiltyard.boards.public_ledger.ledger import is_public_ledger
    from tiltyard.boards.saved.saving import BOARD
    from tiltyard.boards.saved.verifying import verify_board
    from tiltyard.cli.patience import patience

    if is_public_ledger(board):
        _verify_ledger(board, votes, as_json=as_json)
        return
    with patience("Ranking again"):
        read = None
        if votes:
            alone = board / BOARD if board.is_dir() else board
            read = read_for(Board.load(alone).recipe, votes, columns_of(columns))
        found = verify_board(board, read)
    _print(found, as_json=as_json)
    if not found.holds:
        sys.exit(DIFFERS)


def _verify_ledger(directory: Path, votes: tuple[Path, ...], *, as_json: bool) -> None:
    """Make every board of a public ledger again."""
    import json

    from tiltyard.battles.notes import counted
    from tiltyard.boards.public_ledger.ledger import LEDGER, sha256_of
    from tiltyard.boards.public_ledger.verifying import verify_public_ledger
    from tiltyard.cli.patience import patience, printable
    from tiltyard.cli.recipe_options import BadInput

    if votes:
        raise BadInput(f"{directory} is a public ledger with its own votes: name no others.")
    with patience("Making every board again"):
        found = list(verify_public_ledger(directory))
    differing = [(board, one) for board, one in found if not one.holds]
    exact = sum(one.same_bytes for _, one in found)
    digest = sha256_of((directory / LEDGER).read_bytes())
    if as_json:
        rows = [
            {
                "board": board.file,
                "holds": one.holds,
                "same_bytes": one.same_bytes,
                "differences": one.differences,
            }
            for board, one in found
        ]
        values = {"holds": not differing, "ledger_sha256": digest, "boards": rows}
        click.echo(json.dumps(values, indent=2))
    else:
        for board, one in differing:
            click.echo(printable(f"{board.file}: {one.differences[0]}"))
        pooled = sum(board.pooled is not None for board, _ in found)
        click.echo(
            f"{len(found) - len(differing):,} of {counted(len(found), 'board')} agree with their "
            f"votes, {exact:,} of them byte by byte. {pooled:,} have pooled figures, which were "
            "made again from their parents' votes too."
        )
        click.echo(f"SHA-256 of {LEDGER}: {digest}")
    if differing:
        sys.exit(DIFFERS)


def _print(found: "Verification", *, as_json: bool) -> None:
    import json

    from tiltyard.battles.notes import counted
    from tiltyard.cli.patience import printable

    if as_json:
        values = {
            "holds": found.holds,
            "rebuilt_from": found.rebuilt_from,
            "differences": found.differences,
            "largest_gap": found.largest_gap,
            "same_bytes": found.same_bytes,
            "unchecked": found.unchecked,
        }
        click.echo(json.dumps(values, indent=2))
        return
    board = found.board
    for difference in found.differences:
        click.echo(printable(difference))
    said = "agrees with" if found.holds else "differs from"
    click.echo(
        f"The board of {counted(board.votes, 'vote')} on {counted(len(board.models), 'model')} "
        f"{said} what its {found.rebuilt_from} give{_how_closely(found)}."
    )
    if found.holds and found.unchecked:
        said = ", ".join(found.unchecked)
        click.echo(printable(f"What else it says was not checked, as no votes give it: {said}."))


def _how_closely(found: "Verification") -> str:
    if found.same_bytes:
        return ", byte by byte"
    gap = f"the largest gap between numbers is {found.largest_gap:.1g}"
    return f" within a millionth, though not byte by byte: {gap}" if found.holds else f"; {gap}"
