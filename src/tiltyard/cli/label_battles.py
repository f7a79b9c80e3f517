"""`tiltyard label run` and `status`: label the battles of a ledger, and see how far that is."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tiltyard.cli.in_ledger import data_option

if TYPE_CHECKING:
    from tiltyard.worker.label_status import LabellerStatus, LabelStatus


@click.command()
@click.option(
    "--labeller",
    "named",
    multiple=True,
    metavar="NAME|FILE",
    help="Only this one; may be repeated.",
)
@click.option("--by", metavar="CONTESTANT", help="Let this model of contestants.toml label.")
@click.option("--limit", type=click.IntRange(min=1), help="With --by: at most this many battles.")
@click.option("--yes", is_flag=True, help="With --by: do not ask whether it may cost that.")
@data_option
def run(
    named: tuple[str, ...], by: str | None, limit: int | None, data: Path | None, *, yes: bool
) -> None:
    """Label the battles of the ledger that lack a label.

    Does what is lacking and ends; killed half way, it goes on from there the next time. With --by,
    a model is asked about every prompt by itself: category, hard, expert and occupation, or those
    that --labeller names. What that costs is shown before it starts.
    """
    if by is not None:
        _run_by_model(by, named, limit, data, yes=yes)
        return
    from tiltyard.battles.notes import counted
    from tiltyard.cli.label_vectors import say_estimate, say_vectors
    from tiltyard.cli.patience import patience
    from tiltyard.labels.duplicates import LABELLER
    from tiltyard.labels.labellers import chosen_labellers
    from tiltyard.web.settings import read_settings
    from tiltyard.worker.once import label_once

    settings = read_settings(data=data)
    others = tuple(name for name in named if name != LABELLER)
    copies = not named or LABELLER in named
    labellers = chosen_labellers(others, settings.labeller_place) if others or not named else ()
    labelling = label_once(
        settings.ledger,
        labellers,
        copies=copies,
        catalogue=settings.contestants,
        estimated=say_estimate,
    )
    with patience("Labelling"):
        labelled, vectors = asyncio.run(labelling)
    click.echo(f"{counted(max(labelled, vectors.battles), 'battle')} labelled")
    say_vectors(vectors)


def _run_by_model(
    by: str, kinds: tuple[str, ...], limit: int | None, data: Path | None, *, yes: bool
) -> None:
    from tiltyard.battles.notes import counted
    from tiltyard.cli.label_model import estimated, labelling_model
    from tiltyard.cli.patience import patience
    from tiltyard.labels.trained import KINDS
    from tiltyard.web.settings import read_settings
    from tiltyard.worker.once import estimate_once, label_by_model_once

    settings = read_settings(data=data)
    model = labelling_model(by)
    wanted = kinds or tuple(KINDS)
    with patience("Counting"):
        estimate = asyncio.run(estimate_once(settings.ledger, model, wanted, limit=limit))
    click.echo(estimated(estimate, "battle"))
    if estimate.battles == 0:
        return
    if not yes:
        click.confirm("Start?", abort=True)
    with patience("Labelling"):
        done = asyncio.run(label_by_model_once(settings.ledger, model, wanted, limit=limit))
    labelled, asked = counted(done.battles, "battle"), counted(done.asked, "question")
    click.echo(f"{labelled} labelled, {asked} asked")
    if done.unusable:
        unusable = counted(done.unusable, "answer")
        click.echo(f"{unusable} could not be used: run it again to ask again.", err=True)
    if done.failed:
        failed = counted(done.failed, "prompt")
        click.echo(f"On {failed} the endpoint failed: run it again to ask again.", err=True)
    if (done.unusable or done.failed) and not done.battles:
        raise SystemExit(1)


@click.command()
@data_option
@click.option("--json", "as_json", is_flag=True, help="Write the counts as JSON.")
def status(data: Path | None, *, as_json: bool) -> None:
    """Show how many battles each labeller has labelled."""
    from tiltyard.web.settings import read_settings
    from tiltyard.worker.once import label_status_once

    settings = read_settings(data=data)
    found = asyncio.run(label_status_once(settings.ledger, settings.labeller_place))
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2, default=str))
    else:
        _show(found)


def _show(found: "LabelStatus") -> None:
    from rich.console import Console
    from rich.table import Table

    from tiltyard.battles.notes import counted
    from tiltyard.cli.patience import printable

    table = Table(box=None, pad_edge=False)
    for heading in ("labeller", "version"):
        table.add_column(heading)
    for heading in ("battles", "share"):
        table.add_column(heading, justify="right")
    table.add_column("last labelled")
    for one in found.labellers:
        version = _version(one)
        share = f"{one.battles / found.battles:.1%}" if found.battles else ""
        last = f"{one.last_at:%Y-%m-%d %H:%M}" if one.last_at else "never"
        table.add_row(one.labeller, printable(version), f"{one.battles:,}", share, last)
    Console().print(table)
    click.echo(f"{counted(found.battles, 'battle')} to label")
    for space in found.vectors:
        unknown = (
            f", {counted(space.unpriced, 'request')} of unknown cost" if space.unpriced else ""
        )
        click.echo(
            f"vectors of {space.model}@{space.version}: {counted(space.texts, 'text')} in "
            f"{counted(space.requests, 'request')}, {space.cost_usd:,.4f} US dollars{unknown}"
        )
    for model in found.models:
        unknown = f", {model.unpriced:,} of unknown cost" if model.unpriced else ""
        click.echo(
            f"{model.version} by {printable(model.contestant)}: "
            f"{counted(model.answers, 'answer')}, {model.cost_usd:,.4f} US dollars{unknown}"
        )


def _version(one: "LabellerStatus") -> str:
    in_use = one.current or one.version.startswith("model@")
    return one.version if in_use else f"{one.version} (not in use)"
