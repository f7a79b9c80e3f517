"""`tiltyard release`: open data, prepared, reviewed, published, taken down."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tiltyard.cli.in_ledger import data_option, in_ledger, json_option
from tiltyard.cli.release_for_others import ledger, provider
from tiltyard.cli.release_table import print_difference, print_manifest

if TYPE_CHECKING:
    from tiltyard.ledger.engine import Ledger, SyncConnection
    from tiltyard.releases.comparing import Difference
    from tiltyard.releases.manifest import Manifest
    from tiltyard.releases.plan import Plan

directory_argument = click.argument("directory", type=click.Path(path_type=Path))


@click.group()
def release() -> None:
    """Prepare, review and publish votes as open data."""


@release.command()
@click.option("--name", required=True, help="Of the release; no earlier one may have it.")
@click.option("--out", type=click.Path(path_type=Path), help="An empty directory.")
@click.option("--title", help="For the dataset card; by default the name.")
@click.option("--licence", default="cc-by-4.0", show_default=True, help="For the dataset card.")
@click.option("--arena", default="text", show_default=True, help="Which arena's votes.")
@click.option("--slice", "slice_id", default="overall", show_default=True, help="Which of them.")
@click.option("--slices", "slices_path", type=click.Path(path_type=Path), help="File of slices.")
@click.option("--schema", default="tiltyard", show_default=True, help="As for tiltyard export.")
@click.option("--format", "format_", type=click.Choice(["parquet", "jsonl"]), default="parquet")
@click.option(
    "--k",
    type=click.IntRange(2),
    default=5,
    show_default=True,
    help="Treat text as common if at least this many voters wrote it.",
)
@click.option(
    "--rare-prompts",
    type=click.Choice(["keep", "withhold"]),
    default="withhold",
    show_default=True,
    help="Whether conversations in which the person wrote a rare message keep their words.",
)
@click.option("--dry-run", is_flag=True, help="Say what it would be, and leave nothing behind.")
@data_option
@json_option
def prepare(
    name: str,
    out: Path | None,
    title: str | None,
    licence: str,
    arena: str,
    slice_id: str,
    slices_path: Path | None,
    schema: str,
    format_: Any,  # noqa: ANN401  # click has checked it
    k: int,
    rare_prompts: Any,  # noqa: ANN401  # click has checked it
    data: Path | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write a release into a directory to review; nothing is published.

    Only votes whose arena told people that battles are published, and whose voters have not opted
    out; voters under a key that nobody keeps; personal data removed; previews called anonymous.
    """
    from tiltyard.boards.slices.slice_file import read_slices
    from tiltyard.cli.recipe_options import BadInput
    from tiltyard.labels.labellers import labellers_with
    from tiltyard.releases.exporting import Export
    from tiltyard.releases.plan import Plan
    from tiltyard.releases.rare_texts import RareTexts
    from tiltyard.web.settings import read_settings

    _require_name(name)
    if out is None and not dry_run:
        raise BadInput("Say where with --out DIRECTORY, or look only with --dry-run.")
    settings = read_settings(data=data)
    conditions = read_slices(slices_path or settings.slices).conditions_of(slice_id)
    labellers = labellers_with(settings.labeller_place)
    export = Export(arena, schema, conditions, format_, labellers)
    plan = Plan(name, title or name, licence, export, slice_id, RareTexts(k, rare_prompts))
    manifest = in_ledger(lambda ledger: _prepare(ledger, plan, None if dry_run else out), data)
    print_manifest(manifest, as_json=as_json)


async def _prepare(ledger: "Ledger", plan: "Plan", out: Path | None) -> "Manifest":
    from tiltyard.cli.patience import counting
    from tiltyard.releases import preparing

    with counting("Preparing", "votes") as progress:
        if out is None:
            return await ledger.in_thread(lambda c: preparing.rehearse(c, plan, progress))
        return await preparing.prepare(ledger, plan, out, progress)


@release.command()
@directory_argument
@json_option
def show(directory: Path, *, as_json: bool) -> None:
    """Show what a prepared release is, and whether its files are those that were prepared."""
    from tiltyard.releases.manifest import read_manifest, require_files

    manifest = read_manifest(directory)
    require_files(directory, manifest)
    print_manifest(manifest, as_json=as_json)


@release.command()
@directory_argument
@click.argument("before", required=False, type=click.Path(path_type=Path))
@data_option
@json_option
def diff(directory: Path, before: Path | None, data: Path | None, *, as_json: bool) -> None:
    """Compare a prepared release with the last that was published, or with the one in BEFORE."""
    from tiltyard.releases import comparing

    def compare(connection: "SyncConnection") -> "Difference":
        if before is None:
            return comparing.compare_with_last(connection, directory)
        return comparing.compare_directories(connection, directory, before)

    print_difference(in_ledger(lambda ledger: ledger.in_thread(compare), data), as_json=as_json)


@release.command()
@directory_argument
@click.option(
    "--to",
    "places",
    multiple=True,
    required=True,
    metavar="PLACE",
    help="A directory, s3://BUCKET/PREFIX or hf://OWNER/NAME; may be repeated.",
)
@data_option
def publish(directory: Path, places: tuple[str, ...], data: Path | None) -> None:
    """Put a prepared release where everybody can read it, and remember its battles.

    Refused when a file was changed, or when somebody has opted out, forgotten a battle or had one
    taken down since it was prepared.
    """
    from tiltyard.releases import publishing
    from tiltyard.releases.places import open_place

    opened = [open_place(place) for place in places]
    manifest = in_ledger(lambda ledger: publishing.publish(ledger, directory, opened), data)
    where = ", ".join(place.name for place in opened)
    click.echo(f"Published {manifest.name}: {manifest.votes:,} votes at {where}.")


@release.command()
@click.argument("battles", nargs=-1, required=True)
@click.option("--reason", required=True, help="For the record.")
@data_option
def takedown(battles: tuple[str, ...], reason: str, data: Path | None) -> None:
    """Keep BATTLES out of every later release, by their ids here or in a release."""
    from datetime import UTC, datetime

    from tiltyard.releases.take_downs import take_down

    now = datetime.now(UTC)
    found = in_ledger(lambda ledger: take_down(ledger, battles, reason, now), data)
    for battle, names in found.items():
        click.echo(f"{battle} will be in no later release; {_where(names)}.")


def _where(names: list[str]) -> str:
    if not names:
        return "it is in none so far"
    return f"it is in {', '.join(names)}: publish a new one, and take those away where you can"


@release.command(name="list")
@data_option
@json_option
def list_(data: Path | None, *, as_json: bool) -> None:
    """List the releases that were published."""
    import json

    from tiltyard.ledger.releases import read_releases

    found = in_ledger(lambda ledger: ledger.in_thread(read_releases), data)
    rows = [
        {
            "name": one.name,
            "arena": one.arena,
            "votes": one.manifest["votes"],
            "places": list(one.places),
            "published_at": one.at.isoformat(),
        }
        for one in found
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        places = ", ".join(row["places"])
        click.echo(f"{row['published_at'][:10]}  {row['name']}  {row['votes']:,} votes  {places}")
    if not rows:
        click.echo("Nothing was released.")


def _require_name(name: str) -> None:
    from tiltyard.cli.recipe_options import BadInput
    from tiltyard.releases.manifest import NAME

    if not NAME.fullmatch(name):
        raise BadInput(
            f"--name {name!r} is not a name: use up to 80 letters, digits, dots, dashes and _."
        )


release.add_command(provider)
release.add_command(ledger)
