"""`tiltyard taste`: the board of one voter, or of a group, beside everybody's."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tiltyard.cli.recipe_options import BadInput, column_option, columns_of

if TYPE_CHECKING:
    from tiltyard.battles.table import Battles
    from tiltyard.boards.tastes import OwnBoard

LIKED = {"more": "more than everybody", "less": "less than everybody", "like_everybody": ""}


@click.command()
@click.argument("votes", nargs=-1, required=True, type=click.Path(path_type=Path))
@column_option
@click.option("--voter", help="The board of this one voter.")
@click.option(
    "--group",
    "groups",
    metavar="SLICE",
    multiple=True,
    help="The board of these votes, taken as one person's: COLUMN=VALUE, as for --slice. "
    "Given several times, all must hold.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def taste(
    votes: tuple[Path, ...],
    columns: tuple[str, ...],
    voter: str | None,
    groups: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Say what one voter or one group likes, beside everybody.

    VOTES are files as for `tiltyard rank`. These votes move everybody's ratings as far as they
    say something. How much tastes differ is estimated from all voters; with few votes of their own
    the board is nearly everybody's, and says so.
    """
    from tiltyard.boards.ranking import rank
    from tiltyard.boards.slices.column_slice import slice_battles
    from tiltyard.boards.tastes import own_board, taste_spread
    from tiltyard.cli.patience import patience

    if (voter is None) == (not groups):
        raise BadInput("Say whose board: --voter NAME, or --group COLUMN=VALUE.")
    with patience("Ranking"):
        battles = _read(votes, columns_of(columns))
        own = slice_battles(battles, groups or [f"voter={voter}"])
        found = own_board(own, rank(battles), spread=taste_spread(battles))
    if as_json:
        click.echo(json.dumps(found.to_dict(), indent=2))
    else:
        _print(found)


def _read(paths: Sequence[Path], columns: Mapping[str, str]) -> "Battles":
    from tiltyard.battles.reading import read_battles
    from tiltyard.battles.table import Battles

    return Battles.concat([read_battles(path, columns=columns) for path in paths])


def _print(found: "OwnBoard") -> None:
    from tiltyard.cli.board_table import empty_table, print_table
    from tiltyard.cli.patience import printable

    table = empty_table()
    table.add_column("model", overflow="fold")
    names = ("rating", "95 % interval", "everybody", "difference", "battles", "won", "lost", "tied")
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("liked")
    for one in found.models:
        counts = (one.battles, one.wins, one.losses, one.ties)
        table.add_row(
            printable(one.model),
            f"{one.rating:.1f}",
            f"{one.lower:.1f} … {one.upper:.1f}",
            f"{one.everybody:.1f}",
            f"{one.departure.estimate:+z.1f}",
            *(f"{count:,}" for count in counts),
            LIKED[one.verdict],
        )
    print_table(table)
    few = "" if found.enough else " Too few votes for a board of their own."
    click.echo(
        f"{found.votes:,} own votes · {found.own_share:.0%} of this board is their own, the rest "
        f"everybody's · one person's ratings lie {found.spread:.0f} points from everybody's"
        f"{' (assumed: too few voters to tell)' if found.spread_assumed else ''}.{few}"
    )
