"""What is learned of a release while it is made, and its manifest, which says so."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

import polars as pl

from tiltyard import __version__
from tiltyard.labels.names import names_recogniser
from tiltyard.releases.hiding import IDS
from tiltyard.releases.manifest import FORMAT, Manifest
from tiltyard.releases.masking import WITHOUT_IDENTITIES
from tiltyard.releases.names import ANONYMOUS
from tiltyard.releases.plan import Plan

PERSONAL = "Personal data that is recognised is replaced by its kind in brackets, as in [EMAIL]."
NAMES = "Names of people are removed too, as far as the pipeline {} of spaCy recognises them."
NO_NAMES = "Names of people were not looked for."
VOTERS = "Voters have pseudonyms under a key of this release, which was thrown away."


@dataclass(slots=True)
class Facts:
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
        self.outcomes += _votes_by(frame["outcome"])
        if "language" in frame.columns:
            self.languages += _votes_by(frame["language"])


def describe(plan: Plan, facts: Facts, previous: str | None) -> Manifest:
    """Write down what a release is, but for its files.

    Parameters
    ----------
    previous
        The release before it, if there was one.
    """
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


def _votes_by(column: pl.Series) -> Counter[str]:
    counts = column.cast(pl.String).drop_nulls().value_counts(name="votes")
    return Counter(dict(counts.iter_rows()))
