"""What a release changes against the one before it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import polars as pl

from tiltyard.battles.columns import source_of
from tiltyard.ledger import releases
from tiltyard.ledger.engine import SyncConnection
from tiltyard.releases.consented import OPTED_OUT, TAKEN_DOWN, Consented
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.exporting import ERASED
from tiltyard.releases.hiding import release_id
from tiltyard.releases.manifest import DATA, Manifest, manifest_of, read_manifest, require_files
from tiltyard.releases.training import FORMATS

COMPARED = ("title", "licence", "schema", "slice", "conditions", "tiltyard", "rules", "consent")
NO_LONGER = "it is not in the slice any more"
TEACHES_NOTHING = "it is not in the slice any more, or makes no row of {}"


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
        why_removed=_why_gone(connection, gone, new.schema),
        changed=changed,
    )


def _why_gone(connection: SyncConnection, gone: set[str], schema: str) -> dict[str, int]:
    """Count battles that are gone, each by the first reason that holds."""
    consented = Consented.read(connection)
    withdrawn = (
        (ERASED, releases.forgotten(connection)),
        (TAKEN_DOWN, consented.taken_down),
        (OPTED_OUT, releases.battles_of_voters(connection, consented.opted_out)),
        (TEACHES_NOTHING.format(schema) if schema in FORMATS else NO_LONGER, gone),
    )
    counts: dict[str, int] = {}
    for reason, ids in withdrawn:
        counts[reason] = len(gone & ids)
        gone = gone - ids
    return {reason: count for reason, count in counts.items() if count}


def _ids(file: Path) -> list[str]:
    try:
        scan = pl.scan_parquet(file) if file.suffix == ".parquet" else pl.scan_ndjson(file)
        name = source_of("battle_id", scan.collect_schema().names())
        return scan.select(pl.col(name or "battle_id")).collect().to_series().unique().to_list()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ReleaseError(f"{file} cannot be read: prepare the release again.") from error
