"""Releases and their differences, printed."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tiltyard.releases.comparing import Difference
    from tiltyard.releases.manifest import Manifest


def print_manifest(manifest: "Manifest", *, as_json: bool) -> None:
    """Print what a release is."""
    if as_json:
        click.echo(manifest.to_json(), nl=False)
        return
    from tiltyard.cli.patience import printable

    for line in _lines(manifest):
        click.echo(printable(line))


def _lines(manifest: "Manifest") -> list[str]:
    kinds = ", ".join(f"{kind} {n:,}" for kind, n in manifest.personal_data.items())
    removed = f": {kinds}" if kinds else ""
    from tiltyard.battles.notes import counted

    votes, voters = counted(manifest.votes, "vote"), counted(manifest.voters, "voter")
    what = (
        f"{votes} of {voters} on {counted(manifest.models, 'model')}, "
        f"arena {manifest.arena}, slice {manifest.slice}, schema {manifest.schema}, "
        f"{counted(manifest.rows, 'row')}"
    )
    withheld = (
        f"{counted(manifest.comments_withheld, 'comment')} and the words of "
        f"{counted(manifest.conversations_withheld, 'conversation')} withheld, and those of "
        f"{manifest.identities_withheld:,} in which a side that is not named says who it is"
    )
    return [
        f"{manifest.name}: {manifest.title}, {manifest.licence}",
        what,
        f"cast {manifest.first_vote} to {manifest.last_vote}",
        *(f"{counted(n, 'vote')} left out: {why}" for why, n in manifest.left_out.items()),
        f"{counted(manifest.previews, 'side')} anonymous",
        f"personal data removed from {counted(manifest.touched, 'vote')}{removed}",
        withheld,
        *manifest.rules,
        *(f"consent {version}: {counted(n, 'vote')}" for version, n in manifest.consent.items()),
        f"the release before: {manifest.previous or 'none'}",
    ]


def print_difference(found: "Difference", *, as_json: bool) -> None:
    """Print what a release changes."""
    import json
    from dataclasses import asdict

    from tiltyard.battles.notes import counted

    if as_json:
        click.echo(json.dumps(asdict(found), indent=2))
        return
    click.echo(
        f"Against {found.before or 'nothing'}: {counted(found.added, 'battle')} added, "
        f"{found.kept:,} kept, {found.removed:,} removed."
    )
    for why, count in found.why_removed.items():
        click.echo(f"{count:,} removed: {why}.")
    for name, (old, new) in found.changed.items():
        click.echo(f"{name}: {old} → {new}")
