"""Prepare a release: a directory that people review before anything is published."""

import secrets
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from tiltyard.battles.notes import counted
from tiltyard.battles.pseudonyms import pseudonymise_voters
from tiltyard.battles.table import Battles
from tiltyard.labels import publishers
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.register import read_all_cards
from tiltyard.ledger.releases import Prepared, add_prepared, read_releases
from tiltyard.releases.card import CARD, dataset_card
from tiltyard.releases.consented import Consented
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.exporting import lay_out, sliced
from tiltyard.releases.facts import Facts, describe
from tiltyard.releases.files import PartsWriter, empty_directory
from tiltyard.releases.hiding import without_ids_and_times
from tiltyard.releases.manifest import DATA, MANIFEST, STEM, Manifest, sha256_of
from tiltyard.releases.masking import names_of, without_identities
from tiltyard.releases.mixing import in_order_of_ids
from tiltyard.releases.plan import Plan
from tiltyard.releases.rare_texts import CommonTexts
from tiltyard.releases.redacting import CONVERSATIONS, redact_frame
from tiltyard.releases.training import FORMATS

KEY_BYTES = 32
WITHHELD = "its words were withheld"
KEPT_BACK = ("personal_data", *publishers.COLUMNS)
"""Labels that would say where something was removed, and those of other arenas' battles."""

Progress = Callable[[int], None]


async def prepare(
    ledger: Ledger, plan: Plan, out: Path, progress: Progress = lambda _: None
) -> Manifest:
    """Write a release into an empty directory: data, card and manifest. Nothing is published.

    Only consented votes; voters under a key that nobody keeps; battles with ids of this release,
    under a key that the ledger keeps, and in the order of these; personal data removed; free text
    by the plan's rule; previews `anonymous`.

    Raises
    ------
    ReleaseError
        When the directory is not empty or cannot be written, the name is taken, or no vote may be
        released.
    """
    key = secrets.token_bytes(KEY_BYTES)
    manifest = await ledger.in_thread(lambda c: _write(c, plan, key, out, progress))
    prepared = Prepared(manifest.sha256, key, datetime.now(UTC))
    await ledger.write_in_thread(lambda c: add_prepared(c, prepared))
    return manifest


def _write(
    connection: SyncConnection, plan: Plan, key: bytes, out: Path, progress: Progress
) -> Manifest:
    _require_new(connection, plan.name)
    with empty_directory(out):
        facts = Facts()
        files = _write_votes(plan, _released(connection, plan, key, facts), out, facts, progress)
        previous = read_releases(connection, plan.export.arena)
        manifest = describe(plan, facts, previous[-1].name if previous else None)
        (out / CARD).write_text(dataset_card(manifest, plan.export.format), encoding="utf-8")
        files[CARD] = sha256_of(out / CARD)
        manifest = replace(manifest, files=dict(sorted(files.items())))
        (out / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    return manifest


def _write_votes(
    plan: Plan, frames: Iterator[pl.DataFrame], out: Path, facts: Facts, progress: Progress
) -> dict[str, str]:
    """Write the files of votes; give their digests."""
    with PartsWriter(out / DATA, STEM, plan.export.format) as writer:
        for frame in in_order_of_ids(_told(frames, facts, progress), out / DATA):
            rows, _ = lay_out(plan.export.schema)(frame)
            writer.write(rows)
        facts.rows = writer.rows
        if not writer.rows:
            raise ReleaseError(_nothing(facts))
    return {f"{DATA}/{name}": sha256_of(out / DATA / name) for name in writer.files}


def _told(
    frames: Iterator[pl.DataFrame], facts: Facts, progress: Progress
) -> Iterator[pl.DataFrame]:
    for frame in frames:
        yield frame
        progress(facts.votes)


def rehearse(
    connection: SyncConnection, plan: Plan, progress: Progress = lambda _: None
) -> Manifest:
    """Say what a release would be, and leave nothing behind.

    Raises
    ------
    ReleaseError
        As `prepare` does.
    """
    with tempfile.TemporaryDirectory(prefix="tiltyard-release-") as directory:
        key = secrets.token_bytes(KEY_BYTES)
        return _write(connection, plan, key, Path(directory) / "release", progress)


def _released(
    connection: SyncConnection, plan: Plan, key: bytes, facts: Facts
) -> Iterator[pl.DataFrame]:
    """Give the votes as they are released, some at a time."""
    consented = Consented.read(connection)
    names = names_of(read_all_cards(connection))
    texts = CommonTexts.of(_may_go_out(connection, plan, consented), plan.texts)
    voters_key = secrets.token_bytes(KEY_BYTES)
    for read in sliced(connection, plan.export):
        frame, left_out = consented.keep(read)
        facts.left_out += left_out
        if plan.texts.prompts == "withhold":
            frame, rare = texts.without_rare_words(frame)
            facts.conversations += rare
        frame, told = without_identities(frame, names)
        facts.identities += told
        frame = _teaching(frame, plan.export.schema, facts)
        facts.consent += consented.versions_of(frame)
        frame, comments = texts.without_rare_comments(frame)
        facts.comments += comments
        frame, removed, touched = redact_frame(frame)
        facts.personal_data += removed
        facts.touched += int(touched.sum())
        hidden = pseudonymise_voters(Battles(without_ids_and_times(frame, key)), voters_key).frame
        facts.add(hidden)
        yield hidden.drop(KEPT_BACK, strict=False)


def _may_go_out(
    connection: SyncConnection, plan: Plan, consented: Consented
) -> Iterator[pl.DataFrame]:
    words = plan.texts.prompts == "withhold"
    for read in sliced(connection, plan.export, words=words):
        yield consented.keep(read)[0]


def _teaching(frame: pl.DataFrame, schema: str, facts: Facts) -> pl.DataFrame:
    """Keep of votes that become training data those that do; comments are no part of it."""
    if schema not in FORMATS:
        return frame
    there = frame.filter(pl.all_horizontal(pl.col(CONVERSATIONS).is_not_null()))
    kept, left_out = FORMATS[schema].teaching(there)
    facts.left_out += Counter({WITHHELD: frame.height - there.height}) + left_out
    return kept.with_columns(comment=pl.lit(None, pl.String))


def _require_new(connection: SyncConnection, name: str) -> None:
    if any(one.name == name for one in read_releases(connection)):
        raise ReleaseError(f"There was a release {name} already: choose another name.")


def _nothing(facts: Facts) -> str:
    reasons: Sequence[str] = [f"{why} ({counted(n, 'vote')})" for why, n in facts.left_out.items()]
    said = "; ".join(reasons) if reasons else "the slice has none"
    return f"There is no vote to release: {said}."
