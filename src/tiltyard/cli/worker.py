"""`tiltyard worker`: label battles and publish boards."""

import asyncio
from pathlib import Path

import click

from tiltyard.cli.in_ledger import data_option


@click.command()
@data_option
@click.option("--once", is_flag=True, help="Do what there is to do and end: the default.")
def worker(data: Path | None, once: bool) -> None:  # noqa: ARG001, FBT001  # for who writes it into a crontab
    """Label battles and publish boards, without a server.

    Does what there is to do and ends; servers do the same by themselves.
    """
    from tiltyard.battles.notes import counted
    from tiltyard.cli.label_vectors import say_vectors
    from tiltyard.cli.patience import telling
    from tiltyard.web.settings import read_settings
    from tiltyard.worker.once import work_once

    settings = read_settings(data=data)
    places = (settings.ledger, settings.slices, settings.labeller_place)
    with telling("Working") as tell:
        working = work_once(
            *places,
            catalogue=settings.contestants,
            told=lambda progress: tell(progress.words),
        )
        done = asyncio.run(working)
    labelled, published = counted(done.labelled, "battle"), counted(done.published, "board")
    click.echo(f"{labelled} labelled, {published} published")
    say_vectors(done.vectors)
    if done.slices_fault is not None:
        click.echo(done.slices_fault, err=True)
