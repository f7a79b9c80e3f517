"""`tiltyard serve`: the arena of contestants.toml."""

from pathlib import Path

import click

from tiltyard.cli.in_ledger import data_option


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@data_option
@click.option(
    "--contestants", type=click.Path(path_type=Path), help="The catalogue; contestants.toml."
)
def serve(host: str, port: int, data: Path | None, contestants: Path | None) -> None:
    """Serve the arena of contestants.toml.

    Settings not given here come from TILTYARD_… variables.
    """
    from tiltyard.contestants.catalogue import load_catalogue
    from tiltyard.web.installation import install
    from tiltyard.web.server import address, bind
    from tiltyard.web.server import serve as run
    from tiltyard.web.settings import read_settings

    settings = read_settings(data=data, contestants=contestants)
    catalogue = load_catalogue(settings.contestants)
    with bind(host, port) as taken:
        where = address(taken)
        installation = install(settings, catalogue)
        run(installation, taken, announce=lambda: click.echo(f"Tiltyard serves {where}"))
