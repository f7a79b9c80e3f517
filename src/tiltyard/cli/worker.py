"""`tiltyard worker`: label battles and publish boards."""

import asyncio
from pathlib import Path

import click


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="Directory of the ledger.")
def worker(data: Path | None) -> None:
    """Label battles and publish boards, without a server.

    Does what there is to do and ends; servers do the same by themselves.
    """
    from tiltyard.web.settings import read_settings
    from tiltyard.worker.once import work_once

    settings = read_settings(data=data)
    work = work_once(settings.ledger, settings.slices, settings.labeller_place)
    done = asyncio.run(work)
    click.echo(f"{done.labelled:,} battles labelled, {done.published:,} boards published")
