"""`tiltyard models`: the contestants of contestants.toml."""

import json as json_format
from pathlib import Path

import click


@click.group()
def models() -> None:
    """List the contestants of contestants.toml."""


@models.command(name="list")
@click.option(
    "--contestants",
    type=click.Path(path_type=Path),
    help="The catalogue; contestants.toml.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_models(contestants: Path | None, as_json: bool) -> None:  # noqa: FBT001  # click passes flags so
    """Print every contestant with its status and how it is reached."""
    from tiltyard.contestants.catalogue import load_catalogue
    from tiltyard.web.settings import read_settings

    file = read_settings(contestants=contestants).contestants
    cards = load_catalogue(file, need_keys=False)
    if as_json:
        click.echo(json_format.dumps([card.model_dump(mode="json") for card in cards], indent=2))
        return
    for card in cards:
        click.echo(f"{card.id:30} {card.status:8} {card.adapter:12} {card.name}")
