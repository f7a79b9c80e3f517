"""`tiltyard doctor`: what is there, what is missing, and which line would add it."""

import asyncio
import json as json_format
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tiltyard.cli.in_ledger import data_option
from tiltyard.errors import TiltyardError

if TYPE_CHECKING:
    from tiltyard.contestants.suggestions import Suggestion
    from tiltyard.ledger.postgresql_health import PostgresqlHealth
    from tiltyard.web.settings import Settings

OLDEST_POSTGRESQL = 13
SESSIONS_BESIDE = 2
"""A server's own, and one that reads for the boards."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and whether `tiltyard serve` could work with it."""

    name: str
    fine: bool
    sentence: str


@click.command()
@data_option
@click.option(
    "--contestants", type=click.Path(path_type=Path), help="The catalogue; contestants.toml."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(data: Path | None, contestants: Path | None, as_json: bool) -> None:  # noqa: FBT001  # click passes flags so
    """Say what is there, what is missing, and which line would add it.

    Exits with 0 when `tiltyard serve` would work, with 1 when it would not.
    """
    from tiltyard.contestants.suggestions import list_ollama_models, suggestions
    from tiltyard.web.settings import read_settings

    settings = read_settings(data=data, contestants=contestants)
    looks = (_ledger, _catalogue, _arenas, _labellers)
    findings = [_pages(), *(look(settings) for look in looks), *_names()]
    found = suggestions(os.environ, asyncio.run(list_ollama_models()))
    if as_json:
        report = {
            "findings": [asdict(finding) for finding in findings],
            "suggestions": [asdict(suggestion) for suggestion in found],
        }
        click.echo(json_format.dumps(report, indent=2))
    else:
        _print(findings, found, settings.contestants)
    raise SystemExit(0 if all(finding.fine for finding in findings) else 1)


def _pages() -> Finding:
    built = Path(__file__).parent.parent / "web" / "static" / "built"
    if (built / "battle.js").is_file():
        return Finding("pages", fine=True, sentence="The browser's part is built.")
    sentence = (
        "The browser's part is not built: reinstall the package, or run `make setup` in a checkout."
    )
    return Finding("pages", fine=False, sentence=sentence)


def _names() -> list[Finding]:
    """Try the recogniser of names, where one was chosen."""
    from tiltyard.labels.names import names_recogniser

    try:
        recogniser = names_recogniser()
    except TiltyardError as error:
        return [Finding("names", fine=False, sentence=str(error))]
    said = f"Names of people are recognised by {recogniser}."
    return [] if recogniser is None else [Finding("names", fine=True, sentence=said)]


def _ledger(settings: "Settings") -> Finding:
    place = settings.ledger
    if isinstance(place, Path) and not place.exists():
        return _new_ledger(place)
    return asyncio.run(_answering_ledger(place, settings.database_sessions + SESSIONS_BESIDE))


async def _answering_ledger(place: Path | str, needed: int) -> Finding:
    from tiltyard.ledger.engine import DatabaseError, Ledger
    from tiltyard.ledger.postgresql_health import read_postgresql_health

    try:
        async with Ledger(place) as ledger:
            await ledger.ping()
            health = None if ledger.is_sqlite else await read_postgresql_health(ledger)
    except TiltyardError as error:
        return Finding("ledger", fine=False, sentence=str(error))
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        return Finding("ledger", fine=False, sentence=f"The ledger cannot be used: {reason}.")
    if health is not None:
        return _postgresql(ledger.name, health, needed)
    return Finding("ledger", fine=True, sentence=f"The ledger answers at {ledger.name}.")


def _postgresql(name: str, health: "PostgresqlHealth", needed: int) -> Finding:
    """Judge a PostgreSQL by what a server needs of it."""
    where = f"PostgreSQL {health.version} answers at {name}"
    free = health.most - health.used
    if health.number < OLDEST_POSTGRESQL * 10_000:
        sentence = f"{where}; Tiltyard needs {OLDEST_POSTGRESQL} or newer: upgrade it."
        return Finding("ledger", fine=False, sentence=sentence)
    if free < needed:
        sentence = (
            f"{where}, with {free} of {health.most} sessions free, and a server takes up to "
            f"{needed}: raise max_connections, or lower TILTYARD_DATABASE_SESSIONS."
        )
        return Finding("ledger", fine=False, sentence=sentence)
    safety = (
        "an acknowledged vote survives a power failure"
        if health.durable
        else "a power failure can lose acknowledged votes: set fsync and synchronous_commit to on"
    )
    sentence = f"{where}, with {free} of {health.most} sessions free; {safety}."
    return Finding("ledger", fine=True, sentence=sentence)


def _new_ledger(file: Path) -> Finding:
    """Look, and leave no trace: a diagnosis makes nothing."""
    there = next(parent for parent in file.absolute().parents if parent.exists())
    if there.is_dir() and os.access(there, os.W_OK):
        return Finding("ledger", fine=True, sentence=f"The ledger will be made at {file}.")
    return Finding(
        "ledger", fine=False, sentence=f"The ledger cannot be made at {file}: choose --data."
    )


def _catalogue(settings: "Settings") -> Finding:
    from tiltyard.contestants.catalogue import load_catalogue

    try:
        catalogue = load_catalogue(settings.contestants)
        catalogue.require_pair()
    except TiltyardError as error:
        return Finding("contestants", fine=False, sentence=str(error))
    count = len(catalogue.public)
    return Finding(
        "contestants",
        fine=True,
        sentence=f"{settings.contestants} has {count} public contestants.",
    )


def _arenas(settings: "Settings") -> Finding:
    from tiltyard.arena.definition import read_definitions

    try:
        definitions = read_definitions(settings.arena_places)
        if any(definition.accept.images for definition in definitions):
            asyncio.run(_try_images(settings.blob_place))
    except TiltyardError as error:
        return Finding("arenas", fine=False, sentence=str(error))
    names = ", ".join(definition.id for definition in definitions)
    return Finding("arenas", fine=True, sentence=f"These arenas would be open: {names}.")


def _labellers(settings: "Settings") -> Finding:
    from tiltyard.contestants.catalogue import load_catalogue
    from tiltyard.labels.labellers import labellers_with, reading_vectors
    from tiltyard.labels.vectors import require_version

    try:
        spaces = reading_vectors(labellers_with(settings.labeller_place))
        for space in spaces:
            catalogue = load_catalogue(settings.contestants, need_keys=False)
            require_version(space, catalogue.embedding_model(space.model).version)
    except TiltyardError as error:
        return Finding("labellers", fine=False, sentence=str(error))
    models = ", ".join(space.model for space in spaces)
    read = f"vectors of {models} too" if spaces else "words alone"
    return Finding("labellers", fine=True, sentence=f"The labellers read {read}.")


async def _try_images(place: Path | str) -> None:
    """Redraw one; and where images go elsewhere than to a directory, ask there."""
    from tiltyard.blobs.opening import open_blobs
    from tiltyard.images.limits import Limits
    from tiltyard.images.sandbox import SAMPLE, Sandbox

    await Sandbox().redraw(SAMPLE, "image/png", Limits(bytes=10_000, pixels=100, side=10))
    store = open_blobs(place)
    if "://" in str(place):
        await store.check()


def _print(findings: list[Finding], found: "list[Suggestion]", file: Path) -> None:
    for finding in findings:
        mark = click.style("ok  ", fg="green") if finding.fine else click.style("no  ", fg="red")
        click.echo(f"{mark} {finding.name:12} {finding.sentence}")
    for suggestion in found:
        click.echo(f"\n{suggestion.found} These lines in {file} would add it:\n")
        click.echo(suggestion.lines)
    if not found:
        click.echo(
            "\nNo model was found on this machine: set OPENAI_API_KEY, start Ollama, "
            "or name any OpenAI-compatible endpoint in contestants.toml."
        )
    click.echo("\n`tiltyard demo` needs none of this.")
