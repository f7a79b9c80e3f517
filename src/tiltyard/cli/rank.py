"""`tiltyard rank`: anybody's votes in, a leaderboard out."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

    from tiltyard.boards.board import Board, Standing
    from tiltyard.boards.recipe import Anchor

NOTHING_RATED = 1
WIDE = 100  # columns from which wins, losses and ties fit beside the rest
WIDEST = 10_000
RECORD = ("wins", "losses", "ties")


class BadInput(click.ClickException):  # shown to people as "Error: …", not caught
    """Bad votes or a bad recipe: one line, exit code 2."""

    exit_code = 2


@click.command()
@click.argument("votes", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--anchor",
    metavar="MODEL=SCORE",
    help="Shift all ratings so that MODEL has SCORE. Without it their mean is 1000.",
)
@click.option(
    "--confidence", type=float, default=0.95, show_default=True, help="Coverage of the intervals."
)
@click.option(
    "--json",
    "json_path",
    metavar="FILE",
    help="Also write the board as JSON; - writes it to standard output instead of the table.",
)
def rank(
    votes: tuple[Path, ...], anchor: str | None, confidence: float, json_path: str | None
) -> None:
    """Rank the models in VOTES, one or more files of pairwise votes.

    VOTES are Parquet, CSV, JSON or JSON lines with columns model_a, model_b and winner (or any
    other published schema; a column count stands for that many equal votes), or pair counts in
    JSON. Ratings are exact Bradley-Terry estimates with ties as halves, on the Elo scale.

    Exits with 1 when no model could be rated and 2 when the votes cannot be read.
    """
    from tiltyard.errors import TiltyardError

    try:
        with _patience("Ranking"):
            board = _rank_files(votes, anchor, confidence)
        _write(board, json_path)
    except TiltyardError as error:
        raise BadInput(str(error)) from error
    if not board.is_rated:
        sys.exit(NOTHING_RATED)


def _anchor(given: str) -> "Anchor":
    """Read MODEL=SCORE; the name of a model may itself hold an equals sign."""
    from tiltyard.boards.recipe import Anchor

    model, _, score = given.rpartition("=")
    try:
        return Anchor(model, float(score))
    except ValueError:
        raise BadInput(f"--anchor {given}: is not MODEL=SCORE, as in gpt-4=1200.") from None


def _rank_files(votes: tuple[Path, ...], anchor: str | None, confidence: float) -> "Board":
    from tiltyard.battles.reading import read_battles
    from tiltyard.battles.table import Battles
    from tiltyard.boards.ranking import rank as rank_battles
    from tiltyard.boards.recipe import Recipe

    recipe = Recipe(confidence=confidence, anchor=_anchor(anchor) if anchor else None)
    parts = [read_battles(path, only_votes=True) for path in votes]
    return rank_battles(Battles.concat(parts), recipe)


def _write(board: "Board", json_path: str | None) -> None:
    if json_path == "-":
        click.echo(board.to_json().encode(), nl=False)
        return
    if json_path is not None:
        try:
            Path(json_path).write_text(board.to_json(), encoding="utf-8")
        except OSError as error:
            raise BadInput(f"{json_path} cannot be written ({error.strerror}).") from error
    _print_board(board)


def _print_board(board: "Board") -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = WIDEST
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    if board.models:
        console.print(_table(board, with_record=console.width >= WIDE))
    console.print(_summary(board), style="dim", soft_wrap=True)
    for diagnostic in board.diagnostics:
        console.print(f"{diagnostic.kind}: {_printable(diagnostic.message)}", soft_wrap=True)


def _table(board: "Board", *, with_record: bool) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("rank", justify="right", no_wrap=True)
    table.add_column("model", overflow="fold")
    table.add_column("rating", justify="right", no_wrap=True)
    table.add_column(f"{board.recipe.confidence * 100:g} % interval", justify="right", no_wrap=True)
    for name in ("battles", *(RECORD if with_record else ())):
        table.add_column(name, justify="right", no_wrap=True)
    for standing in board.models:
        table.add_row(*_row(standing)[: len(table.columns)])
    return table


def _row(standing: "Standing") -> tuple[str, ...]:
    numbers = (standing.battles, standing.wins, standing.losses, standing.ties)
    counts = tuple(f"{number:,}" for number in numbers)
    name = _printable(standing.model)
    if standing.rating is None:
        return ("-", name, "-", "not rated", *counts)
    interval = f"{standing.lower:.1f} … {standing.upper:.1f}"
    return (_ranks(standing), name, f"{standing.rating:.1f}", interval, *counts)


def _ranks(standing: "Standing") -> str:
    best, worst = standing.rank_lower, standing.rank_upper
    return f"{best}" if best == worst else f"{best}-{worst}"


def _summary(board: "Board") -> str:
    anchor = board.recipe.anchor
    gauge = f"{_printable(anchor.model)} at {anchor.score:g}" if anchor else "mean 1000"
    votes = "1 vote" if board.votes == 1 else f"{board.votes:,} votes"
    return (
        f"{votes} on {len(board.models)} models · Bradley-Terry, ties as halves, "
        f"{gauge} · votes {board.data_sha256[:12]} · Tiltyard {board.version}"
    )


def _printable(text: str) -> str:
    """Replace control characters, so that names from strangers' files cannot steer a terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


@contextmanager
def _patience(doing: str) -> Iterator[None]:
    """Show a spinner on standard error once the work has taken a second, in terminals only."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    status = console.status(f"{doing} …")
    timer = Timer(1.0, status.start)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        status.stop()
