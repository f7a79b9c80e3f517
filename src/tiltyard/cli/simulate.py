"""`tiltyard simulate`: try something on people who do not exist."""

import json as json_format
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tiltyard.cli.patience import printable

if TYPE_CHECKING:
    from tiltyard.arena.definition import ArenaDefinition
    from tiltyard.arena.pairing.rules import PairingRules
    from tiltyard.arena.pairing.simulating import Course, Plan

POLICIES = ("uniform", "weighted", "active")


@click.group()
def simulate() -> None:
    """Try a pairing policy on votes from a known truth."""


@simulate.command()
@click.option(
    "--policy",
    "policies",
    multiple=True,
    type=click.Choice(POLICIES),
    help="Try this one, with its defaults; may be given several times. All three without it.",
)
@click.option(
    "--definition",
    type=click.Path(path_type=Path),
    help="Also try the [pairing] section of this arena definition.",
)
@click.option("--models", default=20, type=click.IntRange(3, 200), help="Models; 20.")
@click.option("--votes", default=60_000, type=click.IntRange(100, 10_000_000), help="Votes; 60000.")
@click.option(
    "--newcomers", default=2, type=click.IntRange(0, 50), help="Models that join half-way; 2."
)
@click.option(
    "--places",
    default=3.0,
    type=click.FloatRange(1, 200),
    help="Ranks the top ten's intervals may leave open on average; 3.",
)
@click.option(
    "--seed", default=0, type=click.IntRange(min=0), help="Another seed, another crowd; 0."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def pairing(
    policies: tuple[str, ...],
    definition: Path | None,
    as_json: bool,  # noqa: FBT001  # click passes flags so
    **numbers: float,
) -> None:
    """Report how many votes each policy needs, and whom it shows.

    Simulated people vote as a Bradley-Terry model says, on models whose strengths are the
    quantiles of a normal distribution (about 370 points between the best and worst of 20).
    Standings follow the votes as in a running arena. For each policy, the votes until

    \b
      top ten     the 95 % intervals of the ten best models leave --places ranks open on average
      ratings     the 95 % intervals of all ratings reach 25 points or less on average
      newcomers   those of all newcomers do, counted from their joining
      win table   those of the win shares of all pairs reach 0.2 or less on average

    and each model's share of all sides shown. The same seed gives the same numbers.
    """  # noqa: D301  # \b is the character by which click keeps the lines that follow
    from tiltyard.arena.pairing.simulating import Plan

    plan = Plan(**numbers)  # type: ignore[arg-type]  # click has made each its type
    if plan.models - plan.newcomers < 2:  # noqa: PLR2004  # a pair is two
        raise click.UsageError(
            "Two models at least must be there from the start: lower --newcomers."
        )
    courses = _run(_named(policies, definition), plan)
    if as_json:
        click.echo(json_format.dumps(_document(courses, plan), indent=2))
        return
    _print(courses, plan)


def _named(policies: tuple[str, ...], definition: Path | None) -> dict[str, "PairingRules"]:
    from tiltyard.arena.pairing.rules import PairingRules

    wanted = policies or (() if definition else POLICIES)
    named = {name: PairingRules.model_validate({"policy": name}) for name in wanted}
    if definition is not None:
        named[str(definition)] = _read(definition).pairing
    return named


def _read(definition: Path) -> "ArenaDefinition":
    from tiltyard.arena.definition import parse_definition

    try:
        return parse_definition(definition.read_text(encoding="utf-8"), name=str(definition))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise click.UsageError(f"{definition} cannot be read: {reason}.") from error


def _run(named: Mapping[str, "PairingRules"], plan: "Plan") -> dict[str, "Course"]:
    from tiltyard.arena.pairing.simulating import simulate as run

    courses = {}
    with _progress(len(named) * plan.votes) as tell:
        for before, (name, rules) in enumerate(named.items()):
            courses[name] = run(rules, plan, tell=partial(_add, tell, before * plan.votes))
    return courses


def _add(tell: Callable[[int], None], before: int, cast: int) -> None:
    tell(before + cast)


@contextmanager
def _progress(votes: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on standard error, in terminals only."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Simulating", total=votes)
        yield lambda cast: progress.update(task, completed=cast)


def _document(courses: Mapping[str, "Course"], plan: "Plan") -> dict[str, Any]:
    return {
        "models": plan.models,
        "votes": plan.votes,
        "newcomers": plan.newcomers,
        "places": plan.places,
        "seed": plan.seed,
        "policies": [
            {
                "name": name,
                "policy": course.policy,
                "votes_to": {
                    goal.replace(" ", "_"): votes for goal, votes in course.votes_to.items()
                },
                "exposure": dict(course.exposure),
            }
            for name, course in courses.items()
        ],
    }


def _print(courses: Mapping[str, "Course"], plan: "Plan") -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console()
    goals = Table(title=f"Votes to, of {plan.votes:,}", box=box.SIMPLE, title_justify="left")
    shares = Table(title="Share of sides shown", box=box.SIMPLE, title_justify="left")
    for table, first in ((goals, "goal"), (shares, "model, best first")):
        table.add_column(first)
        for name in courses:
            table.add_column(printable(name), justify="right")
    all_courses = list(courses.values())
    for goal in all_courses[0].votes_to:
        reached = [course.votes_to[goal] for course in all_courses]
        goals.add_row(goal, *("not reached" if n is None else f"{n:,}" for n in reached))
    for number, model in enumerate(all_courses[0].exposure):
        joined = " (newcomer)" if number in plan.late else ""
        row = (f"{100 * course.exposure[model]:.1f} %" for course in all_courses)
        shares.add_row(f"{model}{joined}", *row)
    console.print(goals, shares)
