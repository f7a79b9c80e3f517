"""What a release changes against the one before it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import polars as pl

from tiltyard.battles.columns import source_of
from tiltyard.ledger import releases
from tiltyard.ledger.engine import SyncConnection
from tiltyard.releases.consented import TAKEN_DOWN
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.exporting import ERASED
from tiltyard.releases.hiding import release_id
from tiltyard.releases.manifest import DATA, Manifest, manifest_of, read_manifest, require_files

COMPARED = ("title", "licence", "schema", "slice", "conditions", "tiltyard", "rules", "consent")
NO_LONGER = "it is not in the slice any more, or the voter has opted out"


@dataclass(frozen=True, slots=True)
class Difference:
    """What is new and what is gone.

    Attributes
    ----------
    before
        The release it is compared with; None where there was none.
    added, kept, removed
        How many battles.
    why_removed
        How many, by why.
    changed
        Of what the two say of themselves: the old and the new.
    """

    before: str | None
    added: int
    kept: int
    removed: int
    why_removed: Mapping[str, int]
    changed: Mapping[str, tuple[Any, Any]]


def battles_in(connection: SyncConnection, directory: Path, manifest: Manifest) -> set[str]:
    """Find out which battles a prepared release has, by their ids in this ledger.

    Raises
    ------
    ReleaseError
        When a file cannot be read, or the release was not prepared with this ledger as it is.
    """
    key = key_of(connection, manifest)
    if key is None:
        raise ReleaseError(
            f"{directory} is not as it was prepared with this ledger: prepare it again."
        )
    require_files(directory, manifest)
    known = {release_id(battle, key): battle for battle in releases.all_battles(connection)}
    found: set[str] = set()
    for file in sorted((directory / DATA).iterdir()):
        found.update(_ids(file))
    return {known[one] for one in found}


def key_of(connection: SyncConnection, manifest: Manifest) -> bytes | None:
    """Look up the key of a release's ids; None where it was not prepared with this ledger."""
    prepared = releases.read_prepared(connection)
    return next((one.key for one in prepared if one.manifest_sha256 == manifest.sha256), None)


def compare_with_last(connection: SyncConnection, directory: Path) -> Difference:
    """Compare a prepared release with the last of its arena that was published."""
    manifest = read_manifest(directory)
    ids = battles_in(connection, directory, manifest)
    published = releases.read_releases(connection, manifest.arena)
    if not published:
        return Difference(None, len(ids), 0, 0, {}, {})
    last = published[-1]
    before = releases.battles_of_release(connection, last.name)
    return _difference(connection, (manifest_of(last.manifest), before), (manifest, ids))


def compare_directories(connection: SyncConnection, directory: Path, before: Path) -> Difference:
    """Compare a prepared release with another that was prepared."""
    old, new = (
        (manifest, battles_in(connection, one, manifest))
        for one, manifest in ((one, read_manifest(one)) for one in (before, directory))
    )
    return _difference(connection, old, new)


Release = tuple[Manifest, set[str]]


def _difference(connection: SyncConnection, before: Release, after: Release) -> Difference:
    (old, old_ids), (new, new_ids) = before, after
    gone = old_ids - new_ids
    changed = {
        field.name: (getattr(old, field.name), getattr(new, field.name))
        for field in fields(Manifest)
        if field.name in COMPARED and getattr(old, field.name) != getattr(new, field.name)
    }
    return Difference(
        before=old.name,
        added=len(new_ids - old_ids),
        kept=len(new_ids & old_ids),
        removed=len(gone),
        why_removed=_why_gone(connection, gone),
        changed=changed,
    )


def _why_gone(connection: SyncConnection, gone: set[str]) -> dict[str, int]:
    """Count battles that are gone, each by the first reason that holds."""
    erased = gone & releases.forgotten(connection)
    taken_down = (gone - erased) & releases.taken_down(connection)
    rest = gone - erased - taken_down
    reasons = ((ERASED, erased), (TAKEN_DOWN, taken_down), (NO_LONGER, rest))
    return {reason: len(ids) for reason, ids in reasons if ids}


def _ids(file: Path) -> list[str]:
    try:
        scan = pl.scan_parquet(file) if file.suffix == ".parquet" else pl.scan_ndjson(file)
        name = source_of("battle_id", scan.collect_schema().names())
        return scan.select(pl.col(name or "battle_id")).collect().to_series().unique().to_list()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ReleaseError(f"{file} cannot be read: prepare the release again.") from error
