"""The options of `tiltyard rank` that say how: from words on a command line to a recipe."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tiltyard.boards.recipes.recipe import Anchor, Recipe, Variants

TIES = ("half", "drop", "rao-kupper", "davidson", "four-outcomes")

Command = Callable[..., None]

confidence_option = click.option(
    "--confidence",
    type=float,
    default=0.95,
    show_default=True,
    help="Coverage of the intervals.",
)

OPTIONS = (
    click.option(
        "--slice",
        "slices",
        metavar="SLICE",
        multiple=True,
        help="Only votes with COLUMN=VALUE, or where COLUMN is true. All that are given must hold.",
    ),
    click.option(
        "--filter",
        "filters",
        metavar="NAME",
        multiple=True,
        help="A published filter to apply, such as anonymous; it reports what it drops.",
    ),
    click.option(
        "--control",
        "controls",
        metavar="NAME",
        multiple=True,
        help="Hold constant: style, position, latency, price, parameters, or COLUMN[:SCALE].",
    ),
    click.option(
        "--ridge",
        type=float,
        default=0.0,
        help="Shrink the controls' coefficients. Nothing is shrunk without it.",
    ),
    click.option(
        "--ties",
        type=click.Choice(TIES),
        default="half",
        show_default=True,
        help="Count ties as halves, drop them, or fit a model of ties.",
    ),
    click.option(
        "--interval",
        type=click.Choice(["sandwich", "bootstrap"]),
        default="sandwich",
        show_default=True,
        help="Where intervals come from.",
    ),
    click.option(
        "--rounds", type=int, default=1000, show_default=True, help="Rounds of the bootstrap."
    ),
    click.option(
        "--seed", type=int, default=0, show_default=True, help="Where random numbers start."
    ),
    click.option(
        "--cluster",
        metavar="COLUMN",
        multiple=True,
        help="Votes that may depend on each other: voter, prompt, session or a column; up to two.",
    ),
    click.option(
        "--weights",
        type=click.Choice(["pair-balanced", "inverse-propensity"]),
        multiple=True,
        help="How much a vote counts, by its pair.",
    ),
    click.option(
        "--half-life", type=float, metavar="DAYS", help="Days after which a vote counts half."
    ),
    click.option(
        "--anchor",
        metavar="MODEL=SCORE",
        help="Shift all ratings so that MODEL has SCORE. Without it the gauge's zero is at 1000.",
    ),
    click.option(
        "--gauge",
        type=click.Choice(["sum-zero", "vote-weighted", "anchored"]),
        default="sum-zero",
        show_default=True,
        help="What errors are measured from: the mean, the vote-weighted mean, or the anchor.",
    ),
    click.option(
        "--ranks",
        type=click.Choice(["overlap", "simultaneous"]),
        default="overlap",
        show_default=True,
        help="Ranks by single intervals, or ranks that hold for all models at once.",
    ),
    click.option(
        "--variants",
        metavar="MODEL=NUMBER",
        multiple=True,
        help="MODEL is the best of NUMBER variants tried in private: widens its interval.",
    ),
    click.option(
        "--correction",
        type=click.Choice(["sidak", "bonferroni"]),
        default="sidak",
        show_default=True,
        help="How much wider: exact for independent variants, or safe for any.",
    ),
    click.option(
        "--interval-for",
        "intervals_for",
        metavar="MODEL",
        multiple=True,
        help="With more than 2,000 models: one that needs an interval.",
    ),
    confidence_option,
)


column_option = click.option(
    "--column",
    "columns",
    metavar="NAME=THEIRS",
    multiple=True,
    help="What the file calls a column: model_a=left_bot, outcome=verdict, voter=user.",
)


def columns_of(given: tuple[str, ...]) -> dict[str, str]:
    """Read NAME=THEIRS of each `--column`.

    Raises
    ------
    click.ClickException
        When one of them is not written so.
    """
    pairs = [one.partition("=") for one in given]
    wrong = next((given[place] for place, pair in enumerate(pairs) if not all(pair)), None)
    if wrong is not None:
        raise BadInput(f"--column {wrong}: is not NAME=THEIRS, as in model_a=left_bot.")
    return {name: theirs for name, _, theirs in pairs}


def recipe_options(command: Command) -> Command:
    """Give a command all options of a recipe."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def to_recipe(given: dict[str, Any]) -> "Recipe":
    """Make a recipe of what the options were given.

    Raises
    ------
    RecipeError
        When they contradict each other.
    click.ClickException
        When one of them is not written as it should be.
    """
    from tiltyard.boards.recipes.controls import Control
    from tiltyard.boards.recipes.recipe import Recipe

    anchor, ties = given.pop("anchor"), given.pop("ties")
    by_estimator = ties not in {"half", "drop"}
    return Recipe(
        estimator=ties if by_estimator else "bradley-terry",
        ties="half" if by_estimator else ties,
        anchor=_anchor(anchor) if anchor else None,
        controls=tuple(Control.parse(name) for name in given.pop("controls")),
        variants=tuple(_variants(one) for one in given.pop("variants")),
        **given,
    )


def _anchor(given: str) -> "Anchor":
    """Read MODEL=SCORE; the name of a model may itself hold an equals sign."""
    from tiltyard.boards.recipes.recipe import Anchor

    model, _, score = given.rpartition("=")
    try:
        return Anchor(model, float(score))
    except ValueError:
        raise BadInput(f"--anchor {given}: is not MODEL=SCORE, as in gpt-4=1200.") from None


def _variants(given: str) -> "Variants":
    from tiltyard.boards.recipes.recipe import Variants

    model, _, tried = given.rpartition("=")
    try:
        return Variants(model, int(tried))
    except ValueError:
        raise BadInput(f"--variants {given}: is not MODEL=NUMBER, as in gpt-4=10.") from None


class BadInput(click.ClickException):  # shown to people as "Error: …", not caught
    """Bad votes or a bad recipe: one line, exit code 2."""

    exit_code = 2
