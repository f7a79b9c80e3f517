"""`tiltyard export`: the ledger's votes in files."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tiltyard.cli.in_ledger import data_option, in_ledger

if TYPE_CHECKING:
    from tiltyard.ledger.engine import Ledger
    from tiltyard.releases.exporting import Export, ExportReport


@click.command()
@click.option(
    "--schema",
    required=True,
    help="arena-140k, arena-100k, arena-55k, arena-33k, comparia-2, tiltyard, dpo, kto or reward.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A directory.")
@click.option("--arena", default="text", show_default=True, help="Which arena's votes.")
@click.option("--slice", "slice_id", default="overall", show_default=True, help="Which of them.")
@click.option(
    "--slices",
    "slices_path",
    type=click.Path(path_type=Path),
    help="The file of slices; by default the installation's.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["parquet", "jsonl"]),
    default="parquet",
    show_default=True,
    help="Parquet files of 25,000 rows, or one file of JSON lines.",
)
@data_option
@click.option("--json", "as_json", is_flag=True, help="Write the report as JSON.")
def export(
    schema: str,
    out: Path,
    arena: str,
    slice_id: str,
    slices_path: Path | None,
    format_: Any,  # noqa: ANN401  # click has checked it
    data: Path | None,
    *,
    as_json: bool,
) -> None:
    """Write the votes on settled battles into files, with what was said.

    For the installation's own use: voters keep their pseudonyms, and nothing personal is removed.
    What is to be published goes through `tiltyard release`.
    """
    from tiltyard.boards.slices.slice_file import read_slices
    from tiltyard.labels.labellers import labellers_with
    from tiltyard.releases.exporting import Export
    from tiltyard.web.settings import read_settings

    settings = read_settings(data=data)
    conditions = read_slices(slices_path or settings.slices).conditions_of(slice_id)
    labellers = labellers_with(settings.labeller_place)
    wanted = Export(arena, schema, conditions, format_, labellers)
    report = in_ledger(lambda ledger: _export(ledger, wanted, out), data)
    _print(report, out, as_json=as_json)


async def _export(ledger: "Ledger", wanted: "Export", out: Path) -> "ExportReport":
    from tiltyard.cli.patience import counting
    from tiltyard.releases.exporting import export_votes

    with counting("Exporting", "votes") as progress:
        return await ledger.in_thread(lambda c: export_votes(c, wanted, out, progress))


def _print(report: "ExportReport", out: Path, *, as_json: bool) -> None:
    import json
    from dataclasses import asdict

    from tiltyard.battles.notes import counted

    if as_json:
        click.echo(json.dumps(asdict(report), indent=2))
        return
    for why, count in report.left_out.items():
        click.echo(f"{counted(count, 'vote')} left out: {why}.")
    votes, rows, files = (
        counted(report.votes, "vote"),
        counted(report.rows, "row"),
        counted(len(report.files), "file"),
    )
    click.echo(f"{votes}, {rows} of {report.schema} in {files} in {out}.")
