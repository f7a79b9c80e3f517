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
from tiltyard.ledger.engine import SyncConnection
from tiltyard.ledger.releases import read_releases
from tiltyard.releases.card import CARD, dataset_card
from tiltyard.releases.consented import Consented
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.exporting import Export, lay_out, sliced
from tiltyard.releases.files import PartsWriter, empty_directory
from tiltyard.releases.manifest import DATA, FORMAT, MANIFEST, STEM, Manifest, sha256_of
from tiltyard.releases.names import ANONYMOUS
from tiltyard.releases.rare_texts import RareTexts, Writers, first_messages, is_common
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
    texts: RareTexts = field(default_factory=lambda: RareTexts(5, "keep"))


def prepare(
    connection: SyncConnection, plan: Plan, out: Path, progress: Progress = lambda _: None
) -> Manifest:
    """Write a release into an empty directory: data, card and manifest. Nothing is published.

    Only consented votes; voters under a key that nobody keeps; personal data removed; free text by
    the plan's rule; previews `anonymous`. Synchronous.

    Raises
    ------
    ReleaseError
        When the directory is not empty or cannot be written, the name is taken, or no vote may be
        released.
    """
    _require_new(connection, plan.name)
    with empty_directory(out):
        facts = _Facts()
        files = _write_votes(connection, plan, out, facts, progress)
        previous = read_releases(connection, plan.export.arena)
        manifest = _manifest(plan, facts, previous[-1].name if previous else None)
        (out / CARD).write_text(dataset_card(manifest, plan.export.format), encoding="utf-8")
        files[CARD] = sha256_of(out / CARD)
        manifest = replace(manifest, files=dict(sorted(files.items())))
        (out / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    return manifest


def _write_votes(
    connection: SyncConnection, plan: Plan, out: Path, facts: "_Facts", progress: Progress
) -> dict[str, str]:
    """Write the files of votes; give their digests."""
    with PartsWriter(out / DATA, STEM, plan.export.format) as writer:
        for frame in _released(connection, plan, facts):
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
        return prepare(connection, plan, Path(directory) / "release", progress)


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


def _released(connection: SyncConnection, plan: Plan, facts: _Facts) -> Iterator[pl.DataFrame]:
    """Give the votes as they are released, some at a time."""
    consented = Consented.read(connection)
    common_comments, common_openings = _common(connection, plan, consented)
    key = secrets.token_bytes(KEY_BYTES)
    for read in sliced(connection, plan.export):
        frame, left_out = consented.keep(read)
        facts.left_out += left_out
        if plan.texts.prompts == "withhold":
            frame = _without_rare_words(frame, common_openings, facts)
        frame = _teaching(frame, plan.export.schema, facts)
        facts.consent += consented.versions_of(frame)
        frame = _without_rare_comments(frame, common_comments, facts)
        frame, removed, touched = redact_frame(frame)
        facts.personal_data += removed
        facts.touched += int(touched.sum())
        hidden = pseudonymise_voters(Battles(frame), key).frame
        facts.add(hidden)
        yield hidden.drop(UNPUBLISHED, strict=False)


def _common(
    connection: SyncConnection, plan: Plan, consented: Consented
) -> tuple[pl.Series, pl.Series]:
    """Find the comments and the first messages that enough voters wrote."""
    comments, openings = Writers(), Writers()
    words = plan.texts.prompts == "withhold"
    for read in sliced(connection, plan.export, words=words):
        frame, _ = consented.keep(read)
        comments.add(frame["comment"], frame["voter"])
        if words:
            openings.add(first_messages(frame), frame["voter"])
    return comments.common(plan.texts.k), openings.common(plan.texts.k)


def _without_rare_comments(frame: pl.DataFrame, common: pl.Series, facts: _Facts) -> pl.DataFrame:
    written = frame["comment"].is_not_null()
    kept = is_common(frame["comment"], common)
    facts.comments += int((written & ~kept).sum())
    return frame.with_columns(comment=pl.when(kept).then(pl.col("comment")))


def _without_rare_words(frame: pl.DataFrame, common: pl.Series, facts: _Facts) -> pl.DataFrame:
    openings = first_messages(frame)
    kept = is_common(openings, common)
    facts.conversations += int((openings.is_not_null() & ~kept).sum())
    return frame.with_columns(
        pl.when(kept).then(pl.col(name)).alias(name) for name in CONVERSATIONS
    )


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
        first_vote=min(facts.times).isoformat() if facts.times else None,
        last_vote=max(facts.times).isoformat() if facts.times else None,
        outcomes=dict(sorted(facts.outcomes.items())),
        languages=dict(facts.languages.most_common()),
        consent=dict(sorted(facts.consent.items())),
        left_out=dict(+facts.left_out),
        personal_data=dict(sorted(facts.personal_data.items())),
        touched=facts.touched,
        comments_withheld=facts.comments,
        conversations_withheld=facts.conversations,
        rules=[VOTERS, PERSONAL, _names(), *plan.texts.sentences],
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
