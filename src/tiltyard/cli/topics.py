"""`tiltyard topics`: what people ask about."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tiltyard.cli.recipe_options import column_option, columns_of

if TYPE_CHECKING:
    from tiltyard.battles.table import Battles
    from tiltyard.boards.topic_boards import TopicBoards

NO_TOPICS = 1
BEST = 3


@click.command()
@click.argument("votes", nargs=-1, required=True, type=click.Path(path_type=Path))
@column_option
@click.option(
    "--groups",
    type=click.IntRange(min=2),
    help="How many topics to look for; each larger language has one at least.",
)
@click.option(
    "--at-least",
    "least",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="How many different voters must have written a word before it is shown.",
)
@click.option("--seed", default=0, show_default=True, help="Where random numbers start.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with every topic's board.")
def topics(
    votes: tuple[Path, ...],
    columns: tuple[str, ...],
    groups: int | None,
    least: int,
    seed: int,
    *,
    as_json: bool,
) -> None:
    """Say what the prompts of VOTES are about, and who is best at each topic.

    VOTES are files with conversations, or with a column prompt. Topics are named by the words that
    set them apart; no word is shown that fewer than --at-least different voters wrote. Where the
    file does not tell voters apart, all its prompts count as one person's: say --at-least 1.

    Exits with 1 when no topic was found.
    """
    import sys

    from tiltyard.boards.topic_boards import topic_boards, topics_document
    from tiltyard.cli.patience import patience

    with patience("Reading what was asked"):
        battles, asked = _read(votes, columns_of(columns))
        found = topic_boards(battles, asked, groups=groups, least_voters=least, seed=seed)
    if as_json:
        click.echo(json.dumps(topics_document(found), indent=2, ensure_ascii=False))
    else:
        _print(found)
    if not found.topics:
        sys.exit(NO_TOPICS)


def _read(paths: Sequence[Path], columns: Mapping[str, str]) -> "tuple[Battles, Any]":
    from tiltyard.battles.duplicates import prompt_of
    from tiltyard.battles.reading import read_battles
    from tiltyard.battles.table import Battles

    battles = Battles.concat([read_battles(path, columns=columns) for path in paths])
    return battles, prompt_of(battles.frame)


def _print(found: "TopicBoards") -> None:
    from tiltyard.cli.board_table import empty_table, print_table
    from tiltyard.cli.patience import printable

    table = empty_table()
    table.add_column("topic", overflow="fold")
    for name in ("prompts", "voters", "votes"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("ahead", overflow="fold")
    for one in found.topics:
        rated = one.board.rated if one.board else ()
        ahead = ", ".join(f"{s.model} {s.rating:.0f}" for s in rated[:BEST])
        table.add_row(
            printable(" · ".join(one.topic.words)),
            f"{one.topic.prompts:,}",
            f"{one.topic.voters:,}",
            f"{one.votes:,}",
            printable(ahead if one.enough else "not enough votes" + f" ({ahead})" * bool(ahead)),
        )
    print_table(table)
    click.echo(
        f"{found.prompts:,} prompts with {found.votes:,} votes; {found.rest_prompts:,} of them in "
        f"no topic. No word is shown that fewer than {found.least_voters} voters wrote."
    )
