"""Publish a release that was prepared, and remember that it was."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tiltyard.ledger import releases
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.releases import Published
from tiltyard.releases.comparing import battles_in
from tiltyard.releases.consented import Consented
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.manifest import MANIFEST, Manifest, read_manifest, require_files
from tiltyard.releases.places import Place


async def publish(ledger: Ledger, directory: Path, places: Sequence[Place]) -> Manifest:
    """Put a prepared release where everybody can read it, and record it with its battles.

    The same release may be published at further places later.

    Raises
    ------
    ReleaseError
        When a file is not the one that was prepared, a battle in it must not be released any more,
        its name is taken by another, or a place does not take it. What is recorded is what was
        published: nothing, where the first place fails.
    """
    manifest = read_manifest(directory)
    require_files(directory, manifest)
    ids = await ledger.in_thread(lambda c: battles_in(c, directory, manifest))
    before = await ledger.in_thread(lambda c: _may_be_published(c, manifest, ids))
    names = [MANIFEST, *manifest.files]
    reached = list(before.places) if before else []
    for place in places:
        await place.put(directory, names, manifest)
        reached += [] if place.name in reached else [place.name]
        done = Published(
            manifest.name, manifest.arena, _document(manifest), reached, datetime.now(UTC)
        )
        await ledger.write_in_thread(partial(_record, done, ids if before is None else None))
        before = done
    return manifest


def _may_be_published(
    connection: SyncConnection, manifest: Manifest, ids: set[str]
) -> Published | None:
    """Find the same release as it was published before; refuse what must not be published."""
    published = releases.read_releases(connection)
    same = next((one for one in published if one.name == manifest.name), None)
    if same is not None and same.manifest != _document(manifest):
        raise ReleaseError(f"Another release has the name {manifest.name}: choose another name.")
    consented = Consented.read(connection)
    withdrawn = ids & (
        releases.forgotten(connection)
        | consented.taken_down
        | releases.battles_of_voters(connection, consented.opted_out)
    )
    if withdrawn:
        raise ReleaseError(
            f"{len(withdrawn):,} battles in {manifest.name} were forgotten, taken down or "
            "withdrawn by their people since it was prepared: prepare it again."
        )
    return same


def _record(done: Published, ids: set[str] | None, connection: SyncConnection) -> None:
    """Record a release with its battles, or one that is known at a further place."""
    if ids is None:
        releases.add_place(connection, done.name, done.places)
    else:
        releases.add_release(connection, done, sorted(ids))


def _document(manifest: Manifest) -> dict[str, object]:
    document: dict[str, object] = json.loads(manifest.to_json())
    return document
