"""What commands on a ledger have in common: where it is, and that it is opened and closed."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tiltyard.ledger.engine import Ledger

data_option = click.option(
    "--data", type=click.Path(path_type=Path), help="Directory of the ledger."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Write it as JSON.")


def in_ledger(work: Callable[["Ledger"], Any], data: Path | None) -> Any:  # noqa: ANN401  # what the work gives
    """Do some work in the installation's ledger, brought up to date."""
    from tiltyard.ledger.engine import Ledger
    from tiltyard.ledger.migrate import upgrade_ledger
    from tiltyard.web.settings import read_settings

    async def run() -> Any:  # noqa: ANN401  # what the work gives
        async with Ledger(read_settings(data=data).ledger) as ledger:
            await upgrade_ledger(ledger)
            return await work(ledger)

    return asyncio.run(run())
