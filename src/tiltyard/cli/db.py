"""`tiltyard db`: look after the ledger's database."""

import asyncio
from pathlib import Path

import click


@click.group()
def db() -> None:
    """Look after the ledger's database."""


@db.command()
@click.option("--data", type=click.Path(path_type=Path), help="Directory of the ledger.")
def upgrade(data: Path | None) -> None:
    """Create the tables, or bring them to this version's shape."""
    from tiltyard.ledger.engine import Ledger
    from tiltyard.ledger.migrate import upgrade_ledger
    from tiltyard.web.settings import read_settings

    async def run(place: Path | str) -> None:
        async with Ledger(place) as ledger:
            await upgrade_ledger(ledger)

    asyncio.run(run(read_settings(data=data).ledger))
    click.echo("The ledger is up to date.")
