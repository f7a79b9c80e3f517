"""Publish a release that was prepared, and remember that it was."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from tiltyard.ledger import releases
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.releases import Published
from tiltyard.releases.comparing import battles_in
from tiltyard.releases.consented import Consented
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.hiding import release_id
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


def take_down(
    connection: SyncConnection, battles: Sequence[str], reason: str, at: datetime
) -> dict[str, list[str]]:
    """Keep battles out of every later release; say in which releases each of them is.

    Parameters
    ----------
    battles
        Their ids: of this ledger, or of a release that was prepared with it.

    Raises
    ------
    ReleaseError
        When an id is none, or no battle has it; then nothing is taken down.
    """
    found = {}
    for given in battles:
        id_ = _id(given)
        battle = id_ if releases.is_battle(connection, id_) else _released_as(connection, id_)
        if battle is None:
            raise ReleaseError(f"There is no battle {given}, here or in a release.")
        releases.take_down(connection, battle, reason, at)
        found[given] = releases.releases_of_battle(connection, battle)
    return found


def _released_as(connection: SyncConnection, id_: UUID) -> UUID | None:
    """Find the battle that has an id in some release that was prepared."""
    battles = releases.all_battles(connection)
    return next(
        (
            UUID(battle)
            for prepared in releases.read_prepared(connection)
            for battle in battles
            if release_id(battle, prepared.key) == str(id_)
        ),
        None,
    )


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise ReleaseError(f"{given!r} is no battle's id: copy it from the release.") from None


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
