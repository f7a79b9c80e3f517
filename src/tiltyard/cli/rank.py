"""`tiltyard rank`: anybody's votes in, a leaderboard out."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tiltyard.cli.patience import patience
from tiltyard.cli.recipe_options import (
    BadInput,
    column_option,
    columns_of,
    recipe_options,
    to_recipe,
)

if TYPE_CHECKING:
    from tiltyard.boards.board import Board
    from tiltyard.boards.recipes.recipe import Recipe

NOTHING_RATED = 1


@click.command()
@click.argument("votes", nargs=-1, required=True, type=click.Path(path_type=Path))
@column_option
@recipe_options
@click.option(
    "--slices",
    "slices_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A TOML file of slices, whose ids --slice may then name.",
)
@click.option(
    "--json",
    "json_path",
    metavar="FILE",
    help="Also write the board as JSON; - writes it to standard output instead of the table.",
)
@click.option(
    "--save",
    "save_path",
    type=click.Path(path_type=Path),
    metavar="DIRECTORY",
    help="Also save the board with its votes and a manifest, for `tiltyard verify`.",
)
@click.option(
    "--plot",
    "plot_path",
    type=click.Path(path_type=Path),
    metavar="DIRECTORY",
    help="Also draw ratings, win probabilities and (with --prices) the price frontier.",
)
@click.option(
    "--prices",
    "prices_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="CSV with a column model and one of prices, named for its unit.",
)
@click.option(
    "--check-fit",
    is_flag=True,
    help="Also say which models few votes connect to the rest, and what no single scale can fit.",
)
@click.option(
    "--beside",
    type=click.Choice(["arena-rank", "fastchat"]),
    help="Also show what that tool says of the same votes, digit by digit, and how far it is off.",
)
def rank(
    votes: tuple[Path, ...],
    slices_path: Path | None,
    json_path: str | None,
    save_path: Path | None,
    plot_path: Path | None,
    prices_path: Path | None,
    check_fit: bool,  # noqa: FBT001  # click passes flags so
    beside: str | None,
    **given: Any,  # noqa: ANN401  # the options of a recipe, each of its type
) -> None:
    """Rank the models in VOTES, one or more files of pairwise votes.

    VOTES are Parquet, CSV, JSON or JSON lines with columns model_a, model_b and winner (or any
    other published schema; a column count stands for that many equal votes), or pair counts in
    JSON. Ratings are exact maximum likelihood estimates on the Elo scale; without options,
    Bradley-Terry with ties as halves.

    Exits with 1 when no model could be rated and 2 when the votes cannot be read.
    """
    _refuse_idle(json_path, plot_path, prices_path, beside)
    named = columns_of(given.pop("columns"))
    if slices_path is not None:
        given |= _declared(given["slices"], slices_path, votes)
    with patience("Ranking"):
        board = _rank_files(votes, to_recipe(given), named)
        if check_fit:
            board = _checked(board)
        if plot_path is not None:
            _plot(board, plot_path, prices_path)
    _write(board, json_path, save_path)
    if beside is not None:
        _print_beside(board, votes, named, beside)
    if not board.is_rated:
        sys.exit(NOTHING_RATED)


def _refuse_idle(
    json_path: str | None, plot_path: Path | None, prices_path: Path | None, beside: str | None
) -> None:
    """Refuse options that would do nothing beside the others."""
    if prices_path is not None and plot_path is None:
        raise BadInput("--prices are for the price frontier: say where with --plot DIRECTORY.")
    if beside is not None and json_path == "-":
        raise BadInput("--beside prints a table: write the JSON to a file, not to -.")


def _declared(
    given: tuple[str, ...], slices_path: Path, votes: tuple[Path, ...]
) -> dict[str, tuple[str, ...]]:
    """Take the conditions of slices that are named from their file; leave COLUMN=VALUE as it is."""
    from tiltyard.boards.fitting.reading import columns_in
    from tiltyard.boards.slices.column_slice import CONDITION
    from tiltyard.boards.slices.slice_file import read_slices

    slices = read_slices(slices_path)
    named = [one for one in given if not CONDITION.fullmatch(one)]
    if not named:
        raise BadInput(f"--slices {slices_path}: say which of them with --slice NAME.")
    present = set.intersection(*(set(columns_in(path)) for path in votes))
    where = (sql for one in named for sql in slices.conditions_of(one, sorted(present)))
    return {
        "where": tuple(dict.fromkeys(where)),
        "slices": tuple(one for one in given if one not in named),
    }


def _rank_files(votes: tuple[Path, ...], recipe: "Recipe", columns: dict[str, str]) -> "Board":
    from tiltyard.boards.fitting.reading import read_for
    from tiltyard.boards.ranking import rank as rank_battles

    return rank_battles(read_for(recipe, votes, columns), recipe)


def _checked(board: "Board") -> "Board":
    from tiltyard.boards.checking import checked

    return checked(board)


def _print_beside(
    board: "Board",
    votes: tuple[Path, ...],
    columns: dict[str, str],
    tool: Any,  # noqa: ANN401  # click has checked it
) -> None:
    from tiltyard.battles.reading import read_battles
    from tiltyard.battles.table import Battles
    from tiltyard.boards.beside import beside
    from tiltyard.cli.board_table import print_beside

    with patience(f"Ranking as {tool} does"):
        battles = [read_battles(path, columns=columns) for path in votes]
        rows = beside(board, Battles.concat(battles), tool)
    print_beside(rows, tool)


def _plot(board: "Board", directory: Path, prices_path: Path | None) -> None:
    from tiltyard.boards.plots.writing import write_plots
    from tiltyard.boards.prices import read_prices

    if prices_path is None:
        write_plots(board, directory)
        return
    prices, unit = read_prices(prices_path)
    write_plots(board, directory, prices=prices, unit=unit)


def _write(board: "Board", json_path: str | None, save_path: Path | None) -> None:
    from tiltyard.cli.board_table import print_board

    if save_path is not None:
        board.save(save_path)
    if json_path == "-":
        click.echo(board.to_json().encode(), nl=False)
        return
    if json_path is not None:
        try:
            Path(json_path).write_text(board.to_json(), encoding="utf-8")
        except OSError as error:
            raise BadInput(f"{json_path} cannot be written ({error.strerror}).") from error
    print_board(board)
