"""A board as text in a terminal or a file."""

import sys
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING

import click

from tiltyard.battles.notes import counted
from tiltyard.cli.patience import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from tiltyard.boards.beside import Beside
    from tiltyard.boards.board import Board
    from tiltyard.boards.recipes.recipe import Recipe
    from tiltyard.boards.records import Diagnostic, Standing

WIDE = 100  # columns from which wins, losses and ties fit beside the rest
WIDEST = 10_000
MOST_ROWS = 2_000
"""Nobody reads more in a terminal, and laying a table out takes longer than to rank it."""
RECORD = ("wins", "losses", "ties")
ESTIMATORS = {
    "bradley-terry": "Bradley-Terry",
    "rao-kupper": "Rao-Kupper",
    "davidson": "Davidson",
    "four-outcomes": "four outcomes",
}


def plain_console() -> "Console":
    """Give a console that adds nothing to what it prints, and cuts nothing off in a file."""
    from rich.console import Console

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = WIDEST
    return console


def print_table(table: "Table") -> None:
    """Print a table."""
    plain_console().print(table)


def print_board(board: "Board") -> None:
    """Print the table, the coefficients, one line on how it was made, and what to know of it."""
    console = plain_console()
    if board.models:
        console.print(_table(board, with_record=console.width >= WIDE))
    if len(board.models) > MOST_ROWS:
        more = len(board.models) - MOST_ROWS
        console.print(f"… and {more:,} more models: --json FILE writes all of them.")
    if board.coefficients:
        console.print()
        console.print(_coefficients(board))
        console.print()
    console.print(_summary(board), style="dim", soft_wrap=True)
    for step in board.filters:
        said = f"{step.name}: {step.dropped:,} dropped, {step.kept:,} kept: {step.why}"
        console.print(printable(said), soft_wrap=True)
    print_diagnostics(board.diagnostics)


def print_diagnostics(found: "Sequence[Diagnostic]") -> None:
    """Print one line each."""
    console = plain_console()
    for diagnostic in found:
        console.print(printable(f"{diagnostic.kind}: {diagnostic.message}"), soft_wrap=True)


def print_beside(rows: "Sequence[Beside]", tool: str) -> None:
    """Print what another tool says of every model, and how far that is from the board."""
    table = empty_table()
    table.add_column("model", overflow="fold")
    for name in (tool, "95 % interval", "Tiltyard", "difference"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        bounds = "" if row.lower is None else f"{row.lower:.1f} … {_bound(row.upper, '∞')}"
        apart = "" if row.difference is None else f"{row.difference:+.2f}"
        numbers = (_bound(row.other, "-"), bounds, _bound(row.rating, "not rated"), apart)
        table.add_row(printable(row.model), *numbers)
    click.echo()
    print_table(table)


def _table(board: "Board", *, with_record: bool) -> "Table":
    simultaneous = board.recipe.ranks == "simultaneous"
    table = empty_table()
    table.add_column("rank", justify="right", no_wrap=True)
    table.add_column("model", overflow="fold")
    extra = ("P(best)",) if simultaneous else ()
    interval = f"{board.recipe.confidence * 100:g} % interval"
    for name in ("rating", interval, *extra, "battles", *(RECORD if with_record else ())):
        table.add_column(name, justify="right", no_wrap=True)
    for standing in board.models[:MOST_ROWS]:
        table.add_row(*_row(standing, with_best=simultaneous)[: len(table.columns)])
    return table


def _coefficients(board: "Board") -> "Table":
    table = empty_table()
    table.add_column("coefficient")
    interval = f"{board.recipe.confidence * 100:g} % interval"
    for name in ("estimate", interval, "p"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in board.coefficients:
        bounds = f"{one.lower:+.4f} … {one.upper:+.4f}"
        chance = "" if one.p_value is None else _chance(one.p_value)
        table.add_row(printable(one.name), f"{one.estimate:+.4f}", bounds, chance)
    return table


def empty_table() -> "Table":
    """Make a table in the style of all commands."""
    from rich import box
    from rich.table import Table

    return Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)


def _chance(p_value: float) -> str:
    return "< 0.0001" if p_value < 0.0001 else f"{p_value:.4f}"  # noqa: PLR2004  # as many places


def _row(standing: "Standing", *, with_best: bool) -> tuple[str, ...]:
    numbers = (standing.battles, standing.wins, standing.losses, standing.ties)
    counts = tuple(f"{number:,}" for number in numbers)
    name = printable(standing.model)
    best = () if not with_best else (_share(standing.probability_best),)
    if standing.rating is None:
        return ("-", name, "-", "not rated", *best, *counts)
    interval = f"{_bound(standing.lower, '-∞')} … {_bound(standing.upper, '∞')}"
    if standing.standard_error is None and standing.lower is None:
        interval = "not asked for"
    return (_ranks(standing), name, f"{standing.rating:.1f}", interval, *best, *counts)


def _bound(bound: float | None, endless: str) -> str:
    return endless if bound is None else f"{bound:.1f}"


def _share(probability: float | None) -> str:
    return "-" if probability is None else f"{probability:.1%}"


def _ranks(standing: "Standing") -> str:
    best, worst = standing.rank_lower, standing.rank_upper
    if best is None:
        return "-"
    return f"{best}" if best == worst else f"{best}-{worst}"


def _summary(board: "Board") -> str:
    votes, models = counted(board.votes, "vote"), counted(len(board.models), "model")
    return (
        f"{votes} on {models} · {', '.join(_method(board.recipe))} "
        f"· votes {board.data_sha256[:12]} · Tiltyard {board.version}"
    )


def _method(recipe: "Recipe") -> Iterator[str]:
    """Say in a few words how the board was made: estimator, ties, scale, and what is unusual."""
    yield ESTIMATORS[recipe.estimator]
    if not recipe.is_tie_model:
        yield "ties as halves" if recipe.ties == "half" else "ties dropped"
    anchor = recipe.anchor
    zero = "mean vote" if recipe.gauge == "vote-weighted" else "mean"
    yield f"{printable(anchor.model)} at {anchor.score:g}" if anchor else f"{zero} 1000"
    yield from _which_votes(recipe)
    yield from _how_sure(recipe)


def _which_votes(recipe: "Recipe") -> Iterator[str]:
    if recipe.slices:
        yield f"slice {' and '.join(printable(one) for one in recipe.slices)}"
    if recipe.where:
        yield f"where {' and '.join(printable(one) for one in recipe.where)}"
    if recipe.controls:
        yield f"controlled for {', '.join(printable(str(one)) for one in recipe.controls)}"
    if recipe.ridge:
        yield f"ridge {recipe.ridge:g}"
    yield from recipe.weights
    if recipe.half_life is not None:
        yield f"half-life {recipe.half_life:g} days"


def _how_sure(recipe: "Recipe") -> Iterator[str]:
    if recipe.gauge != "sum-zero":
        yield f"{recipe.gauge} gauge"
    if recipe.interval == "bootstrap":
        yield f"{recipe.rounds:,} bootstrap rounds from seed {recipe.seed}"
    if recipe.cluster:
        yield f"clustered by {' and '.join(printable(one) for one in recipe.cluster)}"
    for one in recipe.variants:
        yield f"{printable(one.model)} the best of {one.tried}"
    if recipe.ranks == "simultaneous":
        yield "ranks for all models at once"
