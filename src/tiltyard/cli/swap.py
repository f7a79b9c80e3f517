"""`tiltyard swap`: what happens if one model takes another's place."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tiltyard.cli.boards_of_votes import between, boards_of, of_votes

if TYPE_CHECKING:
    from tiltyard.boards.swapping import SliceSwap

VERDICTS = {
    "better": "better",
    "worse": "worse",
    "cannot_tell": "cannot tell",
    "not_rated": "one of them is not rated here",
}


@click.command()
@click.argument("old")
@click.argument("new")
@of_votes
@click.option(
    "--prices",
    "prices_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="CSV with a column model and one of prices, named for its unit.",
)
def swap(
    old: str,
    new: str,
    votes: tuple[Path, ...],
    columns: tuple[str, ...],
    slices: tuple[str, ...],
    by: str | None,
    controls: tuple[str, ...],
    confidence: float,
    prices_path: Path | None,
    *,
    as_json: bool,
) -> None:
    """Say what happens if NEW takes the place of OLD.

    VOTES are files as for `tiltyard rank`, or directories that `tiltyard rank --save` made. How
    often NEW is preferred where OLD would have answered, over all votes and slice by slice, with
    the interval of that difference; and the difference in price.

    Exits with 2 when the votes cannot be read or one of the models is not in them.
    """
    from tiltyard.boards.swapping import by_chance
    from tiltyard.boards.swapping import swap as swap_models
    from tiltyard.cli.patience import patience

    prices, unit = _prices(prices_path)
    with patience("Ranking"):
        ranked = boards_of(votes, columns, slices, by, controls, confidence)
        found = swap_models(ranked.boards, old, new)
    if as_json:
        document = {
            "old": old,
            "new": new,
            "controls": list(controls),
            "slices": [asdict(one) for one in found],
            "unmade": ranked.unmade_rows,
        }
        paid = {"old": prices.get(old), "new": prices.get(new), "unit": unit}
        click.echo(json.dumps(document | ({"prices": paid} if prices_path else {}), indent=2))
        return
    _print(found, confidence)
    if chance := by_chance(found, confidence):
        click.echo(chance)
    ranked.print_unmade()
    if prices_path is not None:
        click.echo(_price_words(old, new, prices, unit))


def _prices(path: Path | None) -> tuple[Mapping[str, float], str]:
    from tiltyard.boards.prices import read_prices

    return ({}, "") if path is None else read_prices(path)


def _print(found: "Sequence[SliceSwap]", confidence: float) -> None:
    from tiltyard.cli.board_table import empty_table, print_table
    from tiltyard.cli.patience import printable

    table = empty_table()
    table.add_column("slice", overflow="fold")
    for name in ("new preferred", f"{confidence:.0%} interval", "points", "old battles", "new"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("so the new one is")
    for one in found:
        preferred = points = bounds = "-"
        if one.preferred is not None and one.points is not None:
            preferred = f"{one.preferred.estimate:.1%}"
            bounds = between(one.preferred, "{:.1%}")
            points = f"{one.points.estimate:+z.0f} ({between(one.points, '{:+z.0f}')})"
        battles = (f"{one.old_battles:,}", f"{one.new_battles:,}")
        table.add_row(
            printable(one.slice), preferred, bounds, points, *battles, VERDICTS[one.verdict]
        )
    print_table(table)


def _price_words(old: str, new: str, prices: Mapping[str, float], unit: str) -> str:
    missing = [model for model in (old, new) if model not in prices]
    if missing:
        return f"The price of {' and of '.join(missing)} is not known."
    before, after = prices[old], prices[new]
    nothing = "; the old model is free, so there is no ratio" if after else ""
    times = f", {after / before:.2f} times as much" if before else nothing
    return f"{unit}: {before:g} before, {after:g} after{times}."
