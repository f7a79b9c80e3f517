"""What commands on a ledger have in common: where it is, and that it is opened and closed."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from tiltyard.ledger.engine import Ledger

Result = TypeVar("Result")

data_option = click.option(
    "--data", type=click.Path(path_type=Path), help="Directory of the ledger."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def in_ledger(work: Callable[["Ledger"], Awaitable[Result]], data: Path | None) -> Result:
    """Do some work in the installation's ledger, brought up to date."""
    from tiltyard.ledger.migrate import upgraded_ledger
    from tiltyard.web.settings import read_settings

    async def run() -> Result:
        async with upgraded_ledger(read_settings(data=data).ledger) as ledger:
            return await work(ledger)

    return asyncio.run(run())
