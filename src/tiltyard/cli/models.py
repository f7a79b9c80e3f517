"""`tiltyard models`: who may fight, and the life of each."""

import json as json_format
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tiltyard.cli.in_ledger import data_option, in_ledger, json_option

if TYPE_CHECKING:
    from tiltyard.boards.preview_report import PreviewReport
    from tiltyard.contestants.life_cycle import Change
    from tiltyard.ledger.contestant_changes import ContestantChange
    from tiltyard.ledger.endpoint_versions import EndpointVersion
    from tiltyard.ledger.engine import Connection, Ledger

Result = TypeVar("Result")

REASON = click.option("--reason", help="Why, for the register that everybody can read.")


@click.group()
def models() -> None:
    """List, apply, show and retire contestants."""


@models.command(name="list")
@click.option(
    "--contestants",
    type=click.Path(path_type=Path),
    help="The catalogue; contestants.toml.",
)
@json_option
def list_models(contestants: Path | None, as_json: bool) -> None:  # noqa: FBT001  # click passes flags so
    """Print every contestant of a file with its status and how it is reached."""
    from tiltyard.contestants.catalogue import load_catalogue
    from tiltyard.web.settings import read_settings

    file = read_settings(contestants=contestants).contestants
    cards = load_catalogue(file, need_keys=False)
    if as_json:
        click.echo(json_format.dumps([card.model_dump(mode="json") for card in cards], indent=2))
        return
    for card in cards:
        click.echo(f"{card.id:30} {card.status:8} {card.adapter:12} {card.name}")


@models.command()
@click.argument("file", type=click.Path(path_type=Path))
@REASON
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--retire-absent", is_flag=True, help="Retire the contestants that FILE leaves out.")
@data_option
@json_option
def apply(
    file: Path,
    *,
    reason: str | None,
    dry_run: bool,
    retire_absent: bool,
    data: Path | None,
    as_json: bool,
) -> None:
    """Put the contestants of FILE into force, in running servers too, within seconds.

    Applied again, nothing changes. All of FILE is applied or nothing.
    """
    from tiltyard.arena.applying import apply_cards, require_pair_left
    from tiltyard.contestants.catalogue import load_catalogue

    catalogue = load_catalogue(file, need_keys=False)

    async def change(connection: "Connection") -> "list[Change]":
        changes = await apply_cards(
            connection, catalogue, datetime.now(UTC), reason=reason, retire_absent=retire_absent
        )
        await require_pair_left(connection)
        return changes

    _tell(_in_transaction(data, change, undone=dry_run), as_json=as_json, dry_run=dry_run)


@models.command()
@click.argument("contestant", metavar="ID")
@click.option("--reason", required=True, help="Why, for the register that everybody can read.")
@data_option
@json_option
def retire(contestant: str, *, reason: str, data: Path | None, as_json: bool) -> None:
    """Draw the contestant ID no longer; its votes stay on the boards."""
    from tiltyard.arena.applying import apply_cards, current_card, require_pair_left
    from tiltyard.contestants.life_cycle import retired

    async def change(connection: "Connection") -> "list[Change]":
        card = retired(await current_card(connection, contestant))
        changes = await apply_cards(connection, [card], datetime.now(UTC), reason=reason)
        await require_pair_left(connection)
        return changes

    _tell(_in_transaction(data, change), as_json=as_json)


@models.command()
@click.argument("contestant", metavar="ID")
@data_option
@json_option
def show(contestant: str, *, data: Path | None, as_json: bool) -> None:
    """Print the current card of the contestant ID, its changes, and the models that answered."""
    from tiltyard.arena.applying import current_card
    from tiltyard.ledger.contestant_changes import read_changes
    from tiltyard.ledger.endpoint_versions import read_endpoint_versions

    async def read(connection: "Connection") -> dict[str, Any]:
        card = await current_card(connection, contestant)
        changes = await read_changes(connection, contestant)
        versions = await read_endpoint_versions(connection, contestant)
        return {
            "card": card.model_dump(mode="json"),
            "changes": [_fact(change) for change in changes],
            "endpoint_versions": [_seen(version) for version in versions],
        }

    found = _in_transaction(data, read)
    if as_json:
        click.echo(json_format.dumps(found, indent=2))
        return
    for key, value in found["card"].items():
        if value not in (None, {}):
            click.echo(f"{key:14} {value}")
    for fact in found["changes"]:
        click.echo(f"{fact['at']}  {fact['status']:8} {fact['version']}  {fact['reason']}")
    for seen in found["endpoint_versions"]:
        click.echo(
            f"{seen['first']} to {seen['last']}  {seen['version']}  {seen['answers']} answers"
        )


@models.command()
@click.argument("contestant", metavar="ID")
@data_option
@json_option
def report(contestant: str, *, data: Path | None, as_json: bool) -> None:
    """Tell the owner of the preview ID how it does; its votes are on no board."""
    from tiltyard.arena.applying import current_card
    from tiltyard.boards.preview_report import preview_report
    from tiltyard.cli.preview_table import preview_lines

    async def read(ledger: "Ledger") -> "PreviewReport":
        async with ledger.reading() as connection:
            card = await current_card(connection, contestant)
        return await preview_report(ledger, card)

    found = in_ledger(read, data)
    if as_json:
        click.echo(json_format.dumps(asdict(found), indent=2, default=datetime.isoformat))
        return
    click.echo("\n".join(preview_lines(found)))


def _in_transaction(
    data: Path | None,
    do: "Callable[[Connection], Awaitable[Result]]",
    *,
    undone: bool = False,
) -> Result:
    """Do something in one transaction on the ledger, which is undone at the end if asked."""

    async def run(ledger: "Ledger") -> Result:
        async with ledger.writing() as connection:
            result = await do(connection)
            if undone:
                await connection.rollback()
        return result

    return in_ledger(run, data)


def _tell(changes: "Iterable[Change]", *, as_json: bool, dry_run: bool = False) -> None:
    rows = [
        {
            "contestant": change.card.id,
            "before": change.before,
            "status": change.card.status.value,
            "version": change.card.version,
        }
        for change in changes
    ]
    if as_json:
        click.echo(json_format.dumps({"applied": not dry_run, "changes": rows}, indent=2))
        return
    for row in rows:
        before = row["before"] or "new"
        move = row["status"] if before == row["status"] else f"{before} → {row['status']}"
        click.echo(f"{row['contestant']:30} {move}")
    if not rows:
        click.echo("Nothing changes.")
    elif dry_run:
        click.echo("Nothing was changed: this was a dry run.")


def _fact(change: "ContestantChange") -> dict[str, str]:
    return {
        "at": change.at.isoformat(timespec="seconds"),
        "status": change.status,
        "version": change.version,
        "reason": change.reason,
    }


def _seen(version: "EndpointVersion") -> dict[str, str | int]:
    return {
        "version": version.version,
        "first": version.first.isoformat(timespec="seconds"),
        "last": version.last.isoformat(timespec="seconds"),
        "answers": version.answers,
    }
