"""`tiltyard slices`: which boards a file of slices asks for."""

import json
from pathlib import Path

import click

from tiltyard.cli.patience import printable


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def slices(file: Path | None, as_json: bool) -> None:  # noqa: FBT001  # click passes flags so
    """List the slices of FILE, or the shipped ones, and check them.

    Exits with 2 and one sentence when a slice could not be used by an installation.
    """
    from tiltyard.boards.slices.columns import sample_votes
    from tiltyard.boards.slices.slice_file import read_slices

    found = read_slices(file)
    found.refuse_unless_usable(sample_votes())
    if as_json:
        listed = [one.model_dump(mode="json") for one in found]
        click.echo(json.dumps({"sha256": found.sha256, "slices": listed}, indent=2))
        return
    wide = max(len(one.id) for one in found)
    for one in found:
        inside = f" within {one.within}" if one.within else ""
        click.echo(f"{one.id:{wide}}  {printable(one.where or 'all votes')}{inside}")
