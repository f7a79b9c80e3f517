"""What `swap` and `value` share: votes or saved boards in, a board for each slice out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tiltyard.cli.recipe_options import BadInput, column_option, columns_of, confidence_option

if TYPE_CHECKING:
    from tiltyard.battles.pair_table import PairTable
    from tiltyard.battles.table import Battles
    from tiltyard.boards.board import Board
    from tiltyard.boards.records import Estimate

Command = Callable[..., None]
WHOLE = "overall"
MOST_VALUES = 40
"""This many values of a column have a row of their own; nobody reads more."""

OPTIONS = (
    click.argument("votes", nargs=-1, required=True, type=click.Path(path_type=Path)),
    column_option,
    click.option(
        "--slice",
        "slices",
        metavar="SLICE",
        multiple=True,
        help="Also look only at votes with COLUMN=VALUE, or where COLUMN is true; each by itself.",
    ),
    click.option(
        "--by", metavar="COLUMN", help="Also look at the votes of each value of COLUMN by itself."
    ),
    click.option(
        "--control",
        "controls",
        metavar="NAME",
        multiple=True,
        help="Hold constant, as for tiltyard rank: style, position, price, or COLUMN[:SCALE].",
    ),
    confidence_option,
    click.option("--json", "as_json", is_flag=True, help="Print JSON."),
)


def of_votes(command: Command) -> Command:
    """Give a command the votes, the slices to look at, and how sure to be."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Found:
    """Boards by their slices, and why there is none of some."""

    boards: "Mapping[str, Board]"
    unmade: Mapping[str, str]

    @property
    def unmade_rows(self) -> list[dict[str, str]]:
        """The slices without a board, as JSON has them."""
        return [{"slice": name, "reason": reason} for name, reason in self.unmade.items()]

    def print_unmade(self) -> None:
        """Say which slices have no board, and why."""
        from tiltyard.cli.patience import printable

        for name, reason in self.unmade.items():
            click.echo(printable(f"No board of {name}: {reason}"))


def boards_of(
    paths: Sequence[Path],
    columns: tuple[str, ...],
    slices: Sequence[str],
    by: str | None,
    controls: Sequence[str],
    confidence: float,
) -> Found:
    """Rank all votes, and those of each slice; or read boards that were saved, by their names.

    Raises
    ------
    TiltyardError
        When something cannot be read or ranked; a slice whose votes cannot tell a control apart is
        named beside the others' boards.
    """
    saved = [path for path in paths if path.is_dir()]
    if saved:
        if len(saved) < len(paths) or slices or by or columns or controls:
            raise BadInput(
                f"{saved[0]} is a saved board: give saved boards alone, without votes or slices, "
                "and without a control but the one they were saved with."
            )
        return Found(_saved(saved), {})
    return _ranked(paths, columns_of(columns), slices, by, controls, confidence)


def _saved(paths: Sequence[Path]) -> "Mapping[str, Board]":
    from tiltyard.boards.board import Board

    return {path.name or str(path): Board.load(path) for path in paths}


def _ranked(
    paths: Sequence[Path],
    columns: Mapping[str, str],
    slices: Sequence[str],
    by: str | None,
    controls: Sequence[str],
    confidence: float,
) -> Found:
    from tiltyard.boards.fitting.reading import read_for_all
    from tiltyard.boards.ranking import rank
    from tiltyard.boards.recipes.controls import Control
    from tiltyard.boards.recipes.recipe import Recipe
    from tiltyard.errors import TiltyardError

    held = tuple(Control.parse(name) for name in controls)
    whole = Recipe(controls=held, confidence=confidence)
    recipes = {WHOLE: whole} | {one: replace(whole, slices=(one,)) for one in slices}
    votes = read_for_all(recipes.values(), paths, columns, also=() if by is None else (by,))
    if by is not None:
        values = (f"{by}={value}" for value in _values(votes, by))
        recipes |= {one: replace(whole, slices=(one,)) for one in values}
    boards, unmade = {}, {}
    for name, recipe in recipes.items():
        try:
            boards[name] = rank(votes, recipe)
        except TiltyardError as error:
            if not (recipe.slices and held):
                raise
            unmade[name] = str(error)
    return Found(boards, unmade)


def _values(votes: "Battles | PairTable", by: str) -> list[str]:
    """List the most frequent values of a column, the most frequent first."""
    import polars as pl

    from tiltyard.battles.table import Battles

    if not isinstance(votes, Battles) or by not in votes.frame.columns:
        raise BadInput(f"--by {by}: the votes have no such column.")
    counted = votes.frame.group_by(pl.col(by).cast(pl.String).alias("value")).agg(
        pl.col("count").sum()
    )
    most = counted.drop_nulls().sort(["count", "value"], descending=[True, False])
    return most["value"].head(MOST_VALUES).to_list()


def between(found: "Estimate", form: str, *, factor: float = 1.0) -> str:
    """Write the interval of an estimate."""
    return f"{form.format(factor * found.lower)} … {form.format(factor * found.upper)}"
