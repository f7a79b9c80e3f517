"""`tiltyard label run` and `status`: label the battles of a ledger, and see how far that is."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tiltyard.worker.label_status import LabelStatus

DATA = click.option("--data", type=click.Path(path_type=Path), help="Directory of the ledger.")


@click.command()
@click.option(
    "--labeller",
    "named",
    multiple=True,
    metavar="NAME|FILE",
    help="Only this one; may be repeated.",
)
@DATA
def run(named: tuple[str, ...], data: Path | None) -> None:
    """Label the battles of the ledger that lack a label.

    Does what is lacking and ends; killed half way, it goes on from there the next time.
    """
    from tiltyard.cli.patience import patience
    from tiltyard.labels.labellers import chosen_labellers
    from tiltyard.web.settings import read_settings
    from tiltyard.worker.once import label_once

    settings = read_settings(data=data)
    labellers = chosen_labellers(named, settings.labeller_place)
    with patience("Labelling"):
        labelled = asyncio.run(label_once(settings.ledger, labellers))
    click.echo(f"{labelled:,} battles labelled")


@click.command()
@DATA
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

    from tiltyard.cli.patience import printable

    table = Table(box=None, pad_edge=False)
    for heading in ("labeller", "version"):
        table.add_column(heading)
    for heading in ("battles", "share"):
        table.add_column(heading, justify="right")
    table.add_column("last labelled")
    for one in found.labellers:
        version = one.version if one.current else f"{one.version} (older)"
        share = f"{one.battles / found.battles:.1%}" if found.battles else ""
        last = f"{one.last_at:%Y-%m-%d %H:%M}" if one.last_at else "never"
        table.add_row(one.labeller, printable(version), f"{one.battles:,}", share, last)
    Console().print(table)
    click.echo(f"{found.battles:,} battles to label")
