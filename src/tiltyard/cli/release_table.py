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
    removed = ", ".join(f"{kind} {n:,}" for kind, n in manifest.personal_data.items())
    from tiltyard.battles.notes import counted

    votes, voters = counted(manifest.votes, "vote"), counted(manifest.voters, "voter")
    what = (
        f"{votes} of {voters} on {counted(manifest.models, 'model')}, "
        f"arena {manifest.arena}, slice {manifest.slice}, schema {manifest.schema}"
    )
    withheld = (
        f"{manifest.comments_withheld:,} comments and the words of "
        f"{manifest.conversations_withheld:,} conversations withheld"
    )
    return [
        f"{manifest.name}: {manifest.title}, {manifest.licence}",
        what,
        f"cast {manifest.first_vote} to {manifest.last_vote}",
        *(f"{counted(n, 'vote')} left out: {why}" for why, n in manifest.left_out.items()),
        f"{manifest.previews:,} sides are anonymous",
        f"personal data removed from {manifest.touched:,} votes{': ' if removed else ''}{removed}",
        withheld,
        *manifest.rules,
        *(f"consent {version}: {counted(n, 'vote')}" for version, n in manifest.consent.items()),
        f"the release before: {manifest.previous or 'none'}",
    ]


def print_difference(found: "Difference", *, as_json: bool) -> None:
    """Print what a release changes."""
    import json
    from dataclasses import asdict

    if as_json:
        click.echo(json.dumps(asdict(found), indent=2))
        return
    click.echo(
        f"Against {found.before or 'nothing'}: {found.added:,} battles added, "
        f"{found.kept:,} kept, {found.removed:,} removed."
    )
    for why, count in found.why_removed.items():
        click.echo(f"{count:,} removed: {why}.")
    for name, (old, new) in found.changed.items():
        click.echo(f"{name}: {old} → {new}")
