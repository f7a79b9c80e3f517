"""`tiltyard demo`: an arena with built-in contestants, nothing to configure."""

from pathlib import Path

import click

WHAT_TO_TRY = """
  {where}

  Ask something (or take a suggested prompt), read both answers, vote with 1, 2, 3 or 4,
  and see who it was. Then look at {where}/leaderboard: your vote has moved it.
  The contestants are built in and the first votes are examples; both are labelled.
  Add real models with contestants.toml: `tiltyard doctor` says how.

  Stop with Ctrl+C. Everything is kept in {data}.
"""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Directory of the demo's own ledger; tiltyard-data/demo.",
)
@click.option(
    "--pace",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0),
    help="Multiplies the contestants' delays; 0 makes them answer at once.",
)
def demo(host: str, port: int, data: Path | None, pace: float) -> None:
    """Serve an arena with built-in contestants and example votes."""
    from tiltyard.contestants.demo import demo_catalogue
    from tiltyard.web.installation import install
    from tiltyard.web.server import address, bind
    from tiltyard.web.server import serve as run
    from tiltyard.web.settings import read_settings

    settings = read_settings()
    # Its own file, whatever else is set: examples do not belong into a real arena's ledger.
    directory = data or settings.data / "demo"
    settings = settings.model_copy(update={"data": directory, "database_url": None, "blobs": None})
    with bind(host, port) as taken:
        installation = install(settings, demo_catalogue(), pace=pace, examples=True)
        words = WHAT_TO_TRY.format(where=address(taken), data=directory)
        run(installation, taken, announce=lambda: click.echo(words))
