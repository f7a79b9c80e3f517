"""`tiltyard value`: which models do better than what they cost predicts."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tiltyard.cli.boards_of_votes import between, boards_of, of_votes

if TYPE_CHECKING:
    from tiltyard.boards.value import Value

VERDICTS = {"above": "above", "as_predicted": "", "below": "below"}


@click.command()
@of_votes
@click.option(
    "--measure",
    "measure_path",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="CSV with a column model and one of prices, sizes, latencies …, named for its unit.",
)
def value(
    votes: tuple[Path, ...],
    columns: tuple[str, ...],
    slices: tuple[str, ...],
    by: str | None,
    controls: tuple[str, ...],
    confidence: float,
    measure_path: Path,
    *,
    as_json: bool,
) -> None:
    """Say which models do better or worse than their price, size or speed predicts.

    VOTES are files as for `tiltyard rank`, or directories that `tiltyard rank --save` made. A line
    is laid through the ratings over the logarithm of the measure; a model's distance from it has
    the interval that follows from the covariance of the ratings. A star marks the frontier: no
    model that has as little of the measure is rated as high.
    """
    from tiltyard.boards.prices import read_prices
    from tiltyard.boards.value import value_of
    from tiltyard.cli.patience import patience, printable

    measures, unit = read_prices(measure_path)
    with patience("Ranking"):
        ranked = boards_of(votes, columns, slices, by, controls, confidence)
        found = {name: value_of(board, measures) for name, board in ranked.boards.items()}
    if as_json:
        document = {name: asdict(one) for name, one in found.items()}
        said = {"unit": unit, "controls": list(controls), "boards": document}
        click.echo(json.dumps(said | {"unmade": ranked.unmade_rows}, indent=2))
        return
    for name, one in found.items():
        if len(found) > 1:
            click.echo(f"\n{printable(name)}")
        _print(one, unit, confidence)
    ranked.print_unmade()


def _print(found: "Value", unit: str, confidence: float) -> None:
    from tiltyard.cli.board_table import empty_table, print_table
    from tiltyard.cli.patience import printable

    table = empty_table()
    table.add_column("")
    table.add_column("model", overflow="fold")
    head = (unit, "rating", "predicted", "above the line", f"{confidence:.0%} interval")
    for name in head:
        table.add_column(printable(name), justify="right", no_wrap=True)
    table.add_column("clearly")
    table.add_column("clearly beaten, at no higher cost, by", overflow="fold")
    for one in found.models:
        table.add_row(
            "*" if one.frontier else "",
            printable(one.standing.model),
            f"{one.measure:g}",
            f"{one.standing.rating:.1f}",
            f"{one.expected:.1f}",
            f"{one.residual.estimate:+z.1f}",
            between(one.residual, "{:+z.1f}"),
            VERDICTS[one.verdict],
            printable(", ".join(one.surely_beaten_by[:3])),
        )
    print_table(table)
    slope = found.per_doubling
    click.echo(
        f"Twice the {unit} goes with {slope.estimate:+z.1f} points ({between(slope, '{:+z.1f}')})."
    )
    if found.left_out:
        click.echo(printable(f"Without the measure: {', '.join(found.left_out)}."))
