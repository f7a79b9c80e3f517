"""`tiltyard import`: votes of other arenas into the ledger."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from tiltyard.cli.in_ledger import data_option, in_ledger
from tiltyard.cli.recipe_options import BadInput, column_option, columns_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiltyard.imports.records import ImportReport
    from tiltyard.ledger.engine import Ledger
    from tiltyard.web.settings import Settings

SHOWN = 20
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


@click.command(name="import")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--source", help="Name of the source; by default the file's own.")
@click.option("--arena", default="text", show_default=True, help="The arena they are about.")
@click.option("--new-arena", is_flag=True, help="Let --arena be a new one.")
@click.option("--schema", help="Refuse files that are not of this published schema.")
@column_option
@click.option("--remove", metavar="SOURCE", help="Take back what was imported as SOURCE instead.")
@click.option("--yes", is_flag=True, help="With --remove: do not ask.")
@data_option
@click.option("--json", "as_json", is_flag=True, help="Write the reports as JSON.")
def import_(
    files: tuple[Path, ...],
    source: str | None,
    arena: str,
    schema: str | None,
    columns: tuple[str, ...],
    remove: str | None,
    data: Path | None,
    *,
    yes: bool,
    new_arena: bool,
    as_json: bool,
) -> None:
    """Bring FILES of votes into the ledger, each as a source of its own.

    FILES are of any schema that `tiltyard rank` reads. Their battles have the source
    `import:NAME`, and are on no board unless a slice asks for it. The same file again adds
    nothing, so an import that was cut off is taken up by repeating it.

    `--remove SOURCE` takes an import back: no board counts its votes any more, and its words are
    erased. Boards that were published with them stay in their history.
    """
    from tiltyard.web.settings import read_settings

    if (remove is None) == (not files):
        raise BadInput("Name FILES of votes, or --remove SOURCE.")
    if remove is not None:
        unwanted = _name(remove.removeprefix("import:"), "--remove")
        in_ledger(lambda ledger: _remove(ledger, unwanted, yes=yes), data)
        return
    names = [_name(source or _plain(file.stem), "--source") for file in files]
    wanted = None if schema is None else _schema(schema)
    given = Arena(_name(arena, "--arena"), may_be_new=new_arena)
    read_as, settings = columns_of(columns), read_settings(data=data)
    named = list(zip(files, names, strict=True))
    reports = in_ledger(
        lambda ledger: _import(ledger, settings, named, given, schema=wanted, columns=read_as), data
    )
    _print(reports, as_json=as_json)


async def _remove(ledger: "Ledger", source: str, *, yes: bool) -> None:
    from tiltyard.battles.notes import counted
    from tiltyard.cli.patience import counting
    from tiltyard.imports.removing import count_source, remove_source

    found = await count_source(ledger, source)
    if not yes:
        which = f"{counted(found, 'battle')} of import:{source}"
        click.confirm(f"Take {which} off all boards, and erase the words?", abort=True)
    with counting(f"Removing {source}", "battles") as progress:
        await remove_source(ledger, source, progress=progress)
    click.echo(f"import:{source}: {counted(found, 'battle')} off all boards, and the words erased.")


class Arena(NamedTuple):
    """The arena that votes are about, and whether it may be one that nobody knows yet."""

    id: str
    may_be_new: bool


async def _require_known(arena: str, ledger: "Ledger", hosted: Sequence[str]) -> None:
    """Refuse an arena that is hosted nowhere: it is likelier mistyped than meant."""
    from tiltyard.arena.definition import BUILT_IN, read_definitions
    from tiltyard.ledger.register import read_arenas

    async with ledger.reading() as connection:
        there = await read_arenas(connection)
    known = {*BUILT_IN, *there, *(one.id for one in read_definitions(hosted))}
    if arena not in known:
        raise BadInput(
            f"There is no arena {arena!r}; there are {', '.join(sorted(known))}. "
            "Say --new-arena if it is to be one of its own."
        )


def _plain(stem: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", stem.casefold()).strip("-._")[:40]


def _name(given: str, option: str) -> str:
    if not NAME.fullmatch(given):
        raise BadInput(
            f"{option} {given!r} is not a name: use up to 40 of a-z, 0-9, dots and dashes."
        )
    return given


def _schema(given: str) -> str:
    from tiltyard.battles.codecs import CODECS, KNOWN_AS

    names = KNOWN_AS | {one.replace("_", "-"): one for one in CODECS}
    if given not in names:
        raise BadInput(f"There is no schema {given!r}; there are {', '.join(sorted(names))}.")
    return names[given]


async def _import(
    ledger: "Ledger",
    settings: "Settings",
    named: Sequence[tuple[Path, str]],
    arena: Arena,
    *,
    schema: str | None,
    columns: "Mapping[str, str]",
) -> list["ImportReport"]:
    from tiltyard.cli.patience import counting
    from tiltyard.imports.service import Importer

    if not arena.may_be_new:
        await _require_known(arena.id, ledger, settings.arena_places)
    key = settings.read_secret().encode()
    reports = []
    for file, name in named:
        importer = Importer(ledger, source=name, arena=arena.id, voter_key=key)
        with counting(f"Importing {file.name}", "rows") as progress:
            reports.append(
                await importer.import_file(file, columns=columns, schema=schema, progress=progress)
            )
    return reports


def _print(reports: list["ImportReport"], *, as_json: bool) -> None:
    import json
    from dataclasses import asdict

    from tiltyard.cli.patience import printable

    if as_json:
        click.echo(json.dumps([asdict(report) for report in reports], indent=2))
        return
    for report in reports:
        for line in _lines(report):
            click.echo(printable(line))


def _lines(report: "ImportReport") -> list[str]:
    from tiltyard.battles.notes import counted

    left_out = _shortened("{} left out: {}.", report.skipped, "row")
    lacking = _shortened("{} added without {}.", report.lacking, "battle")
    known = f", {report.known:,} were there already" if report.known else ""
    rows, added = counted(report.rows, "row"), counted(report.added, "battle")
    said = f"{report.file}: {rows}, {added} added{known}."
    return [
        *left_out,
        *lacking,
        *report.notes,
        f"{said} Source {report.source}, arena {report.arena}.",
    ]


def _shortened(line: str, counts: "Mapping[str, int]", thing: str) -> list[str]:
    from tiltyard.battles.notes import counted

    lines = [line.format(counted(n, thing), why) for why, n in counts.items()]
    if len(lines) <= SHOWN:
        return lines
    return [*lines[:SHOWN], f"And {len(lines) - SHOWN} more lines like these: --json."]
