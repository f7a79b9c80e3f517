"""`tiltyard release provider` and `ledger`: what makers of models and strangers get."""

from pathlib import Path
from typing import Any

import click

from tiltyard.cli.in_ledger import data_option, in_ledger, json_option


@click.command()
@click.argument("model")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A directory.")
@click.option(
    "--share", type=click.FloatRange(0, 1, min_open=True), help="A smaller share than the most."
)
@click.option("--arena", default="text", show_default=True, help="Which arena's votes.")
@click.option("--schema", default="tiltyard", show_default=True, help="As for tiltyard export.")
@click.option("--format", "format_", type=click.Choice(["parquet", "jsonl"]), default="parquet")
@data_option
@json_option
def provider(
    model: str,
    out: Path,
    share: float | None,
    arena: str,
    schema: str,
    format_: Any,  # noqa: ANN401  # click has checked it
    data: Path | None,
    *,
    as_json: bool,
) -> None:
    """Write battles of MODEL for its maker, with the opponents masked.

    At most the share that TILTYARD_PROVIDER_SHARE declares; asking again gives no others.
    """
    import json
    from dataclasses import asdict

    from tiltyard.cli.recipe_options import BadInput
    from tiltyard.labels.labellers import labellers_with
    from tiltyard.releases.exporting import Export
    from tiltyard.releases.provider import report_to_provider
    from tiltyard.web.settings import read_settings

    settings = read_settings(data=data)
    most = settings.provider_share
    if share is not None and share > most:
        raise BadInput(f"--share {share:g} is more than the {most:g} that this arena declares.")
    wanted, part = (
        Export(arena, schema, format=format_, labellers=labellers_with(settings.labeller_place)),
        share or most,
    )
    found = in_ledger(
        lambda ledger: report_to_provider(ledger, model, wanted, out, share=part), data
    )
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2))
        return
    click.echo(
        f"{model}: {found.won:,} won, {found.lost:,} lost, {found.even:,} even; "
        f"{found.given:,} of {found.votes:,} votes in {out}."
    )


@click.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A directory.")
@data_option
def ledger(out: Path, data: Path | None) -> None:
    """Publish what boards are due, and write them and every counted vote, without its words.

    `tiltyard verify DIRECTORY` makes all boards again from it, byte by byte.
    """
    from tiltyard.battles.notes import counted
    from tiltyard.boards.slices.in_use import SlicesInUse
    from tiltyard.labels.labellers import labellers_with
    from tiltyard.releases.public_votes import write_public_ledger
    from tiltyard.web.settings import read_settings

    settings = read_settings(data=data)
    slices, given = SlicesInUse(settings.slices), labellers_with(settings.labeller_place)
    written, left_out = in_ledger(
        lambda ledger: write_public_ledger(ledger, slices, out, given), data
    )
    for file in left_out:
        click.echo(f"{file} is not in it: it cannot be made of the votes there are now.")
    votes, boards = counted(written.votes, "vote"), counted(len(written.boards), "board")
    click.echo(f"{votes} and {boards} in {out}; times by the {written.times}.")
    click.echo(f"SHA-256 of ledger.json: {written.sha256}")
