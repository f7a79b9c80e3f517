"""`tiltyard db`: look after the ledger's database."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tiltyard.cli.in_ledger import data_option, in_ledger

if TYPE_CHECKING:
    from tiltyard.ledger.engine import Ledger


@click.group()
def db() -> None:
    """Look after the ledger's database."""


@db.command()
@data_option
def upgrade(data: Path | None) -> None:
    """Create the tables, or bring them to this version's shape."""

    async def ready(ledger: "Ledger") -> None:
        """Do nothing more: it was brought up to date to get here."""

    in_ledger(ready, data)
    click.echo("The ledger is up to date.")
