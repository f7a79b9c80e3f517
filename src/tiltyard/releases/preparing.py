"""Prepare a release: a directory that people review before anything is published."""

import secrets
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from tiltyard import __version__
from tiltyard.battles.notes import counted
from tiltyard.battles.pseudonyms import pseudonymise_voters
from tiltyard.battles.table import Battles
from tiltyard.labels import published
from tiltyard.labels.names import names_recogniser
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.register import read_all_cards
from tiltyard.ledger.releases import Prepared, add_prepared, read_releases
from tiltyard.releases.card import CARD, dataset_card
from tiltyard.releases.consented import Consented
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.exporting import Export, lay_out, sliced
from tiltyard.releases.files import PartsWriter, empty_directory
from tiltyard.releases.hiding import IDS, without_ids_and_times
from tiltyard.releases.manifest import DATA, FORMAT, MANIFEST, STEM, Manifest, sha256_of
from tiltyard.releases.masking import WITHOUT_IDENTITIES, Names, names_of, without_identities
from tiltyard.releases.names import ANONYMOUS
from tiltyard.releases.rare_texts import CommonTexts, RareTexts
from tiltyard.releases.redacting import CONVERSATIONS, redact_frame
from tiltyard.releases.training import FORMATS

KEY_BYTES = 32
PERSONAL = "Personal data that is recognised is replaced by its kind in brackets, as in [EMAIL]."
NAMES = "Names of people are removed too, as far as the pipeline {} of spaCy recognises them."
NO_NAMES = "Names of people were not looked for."
VOTERS = "Voters have pseudonyms under a key of this release, which was thrown away."
WITHHELD = "its words were withheld"
UNPUBLISHED = ("personal_data", *published.COLUMNS)
"""Labels that would say where something was removed, and those of other arenas' battles."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a release is to be.

    Parameters
    ----------
    name
        Unlike every release before.
    title, licence
        For its card.
    export
        Which votes, in which schema and format.
    slice
        The name of the slice, for people.
    texts
        The rule for free text.
    """

    name: str
    title: str
    licence: str
    export: Export
    slice: str = "overall"
    texts: RareTexts = field(default_factory=lambda: RareTexts(5, "withhold"))


async def prepare(
    ledger: Ledger, plan: Plan, out: Path, progress: Progress = lambda _: None
) -> Manifest:
    """Write a release into an empty directory: data, card and manifest. Nothing is published.

    Only consented votes; voters under a key that nobody keeps; battles with ids of this release,
    under a key that the ledger keeps; personal data removed; free text by the plan's rule; previews
    `anonymous`.

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
        facts = _Facts()
        files = _write_votes(plan, _released(connection, plan, key, facts), out, facts, progress)
        previous = read_releases(connection, plan.export.arena)
        manifest = _manifest(plan, facts, previous[-1].name if previous else None)
        (out / CARD).write_text(dataset_card(manifest, plan.export.format), encoding="utf-8")
        files[CARD] = sha256_of(out / CARD)
        manifest = replace(manifest, files=dict(sorted(files.items())))
        (out / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    return manifest


def _write_votes(
    plan: Plan, frames: Iterator[pl.DataFrame], out: Path, facts: "_Facts", progress: Progress
) -> dict[str, str]:
    """Write the files of votes; give their digests."""
    with PartsWriter(out / DATA, STEM, plan.export.format) as writer:
        for frame in frames:
            rows, _ = lay_out(plan.export.schema)(frame)
            writer.write(rows)
            progress(facts.votes)
        facts.rows = writer.rows
        if not writer.rows:
            raise ReleaseError(_nothing(facts))
    return {f"{DATA}/{name}": sha256_of(out / DATA / name) for name in writer.files}


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


@dataclass(slots=True)
class _Facts:
    """What is learned of a release on the way."""

    rows: int = 0
    votes: int = 0
    voters: set[str] = field(default_factory=set)
    models: set[str] = field(default_factory=set)
    previews: int = 0
    times: list[datetime] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    consent: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    personal_data: Counter[str] = field(default_factory=Counter)
    touched: int = 0
    comments: int = 0
    conversations: int = 0
    identities: int = 0

    def without_words(
        self, frame: pl.DataFrame, rule: RareTexts, texts: CommonTexts, names: Names
    ) -> pl.DataFrame:
        """Take away words that must not go out, and take note of how many."""
        if rule.prompts == "withhold":
            frame, rare = texts.without_rare_words(frame)
            self.conversations += rare
        frame, told = without_identities(frame, names)
        self.identities += told
        return frame

    def add(self, frame: pl.DataFrame) -> None:
        """Take note of votes that are released."""
        self.votes += frame.height
        self.voters.update(frame["voter"].cast(pl.String).drop_nulls().unique())
        for side in "ab":
            names = frame[f"model_{side}"].cast(pl.String)
            self.models.update(names.unique())
            self.previews += int((names == ANONYMOUS).sum())
        ends = (frame["voted_at"].min(), frame["voted_at"].max())
        self.times += [at for at in ends if isinstance(at, datetime)]
        self.outcomes += _counted(frame["outcome"])
        if "language" in frame.columns:
            self.languages += _counted(frame["language"])


def _released(
    connection: SyncConnection, plan: Plan, key: bytes, facts: _Facts
) -> Iterator[pl.DataFrame]:
    """Give the votes as they are released, some at a time."""
    consented = Consented.read(connection)
    names = names_of(read_all_cards(connection))
    texts = CommonTexts.of(_may_go_out(connection, plan, consented), plan.texts)
    voters_key = secrets.token_bytes(KEY_BYTES)
    for read in sliced(connection, plan.export):
        frame, left_out = consented.keep(read)
        facts.left_out += left_out
        frame = facts.without_words(frame, plan.texts, texts, names)
        frame = _teaching(frame, plan.export.schema, facts)
        facts.consent += consented.versions_of(frame)
        frame, comments = texts.without_rare_comments(frame)
        facts.comments += comments
        frame, removed, touched = redact_frame(frame)
        facts.personal_data += removed
        facts.touched += int(touched.sum())
        hidden = pseudonymise_voters(Battles(without_ids_and_times(frame, key)), voters_key).frame
        facts.add(hidden)
        yield hidden.drop(UNPUBLISHED, strict=False)


def _may_go_out(
    connection: SyncConnection, plan: Plan, consented: Consented
) -> Iterator[pl.DataFrame]:
    words = plan.texts.prompts == "withhold"
    for read in sliced(connection, plan.export, words=words):
        yield consented.keep(read)[0]


def _teaching(frame: pl.DataFrame, schema: str, facts: _Facts) -> pl.DataFrame:
    """Keep of votes that become training data those that do; comments are no part of it."""
    if schema not in FORMATS:
        return frame
    there = frame.filter(pl.all_horizontal(pl.col(CONVERSATIONS).is_not_null()))
    kept, left_out = FORMATS[schema].teaching(there)
    facts.left_out += Counter({WITHHELD: frame.height - there.height}) + left_out
    return kept.with_columns(comment=pl.lit(None, pl.String))


def _counted(column: pl.Series) -> Counter[str]:
    counts = column.cast(pl.String).drop_nulls().value_counts(name="votes")
    return Counter(dict(counts.iter_rows()))


def _manifest(plan: Plan, facts: _Facts, previous: str | None) -> Manifest:
    return Manifest(
        format=FORMAT,
        name=plan.name,
        title=plan.title,
        licence=plan.licence,
        arena=plan.export.arena,
        schema=plan.export.schema,
        slice=plan.slice,
        conditions=list(plan.export.conditions),
        tiltyard=__version__,
        prepared_at=datetime.now(UTC).isoformat(timespec="seconds"),
        previous=previous,
        rows=facts.rows,
        votes=facts.votes,
        voters=len(facts.voters),
        models=len(facts.models - {ANONYMOUS}),
        previews=facts.previews,
        first_vote=min(facts.times).date().isoformat() if facts.times else None,
        last_vote=max(facts.times).date().isoformat() if facts.times else None,
        outcomes=dict(sorted(facts.outcomes.items())),
        languages=dict(facts.languages.most_common()),
        consent=dict(sorted(facts.consent.items())),
        left_out=dict(+facts.left_out),
        personal_data=dict(sorted(facts.personal_data.items())),
        touched=facts.touched,
        comments_withheld=facts.comments,
        conversations_withheld=facts.conversations,
        identities_withheld=facts.identities,
        rules=[VOTERS, IDS, PERSONAL, _names(), *plan.texts.sentences, WITHOUT_IDENTITIES],
        files={},
    )


def _names() -> str:
    recogniser = names_recogniser()
    return NO_NAMES if recogniser is None else NAMES.format(recogniser)


def _require_new(connection: SyncConnection, name: str) -> None:
    if any(one.name == name for one in read_releases(connection)):
        raise ReleaseError(f"There was a release {name} already: choose another name.")


def _nothing(facts: _Facts) -> str:
    reasons: Sequence[str] = [f"{why} ({counted(n, 'vote')})" for why, n in facts.left_out.items()]
    said = "; ".join(reasons) if reasons else "the slice has none"
    return f"There is no vote to release: {said}."
