"""Which votes may be released at all."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import polars as pl

from tiltyard.ledger import consents, releases
from tiltyard.ledger.engine import SyncConnection
from tiltyard.ledger.sources import HERE
from tiltyard.releases.exporting import ERASED

NOT_OURS = "it was not cast in this arena"
UNASKED = "its arena did not tell people that battles are published"
OPTED_OUT = "the voter has opted out"
TAKEN_DOWN = "it was taken down"


@dataclass(frozen=True, slots=True)
class Consented:
    """What people let be published, as the ledger has it at one moment.

    Attributes
    ----------
    versions
        The version of the words on publishing, by the definition that has them.
    opted_out
        Voters who let nothing be published.
    taken_down
        Battles that must not be released any more.
    """

    versions: Mapping[str, str]
    opted_out: frozenset[str]
    taken_down: frozenset[str]

    @classmethod
    def read(cls, connection: SyncConnection) -> Self:
        """Read what holds now."""
        return cls(
            consents.consent_versions(connection),
            frozenset(consents.opted_out(connection)),
            frozenset(releases.taken_down(connection)),
        )

    def keep(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, Counter[str]]:
        """Keep the votes that may be released; count the others by the first reason that holds."""
        left_out: Counter[str] = Counter()
        voter = pl.col("voter").cast(pl.String)
        for reason, wrong in (
            (NOT_OURS, pl.col("source") != HERE),
            (UNASKED, ~pl.col("definition").is_in(list(self.versions))),
            (ERASED, pl.col("erased")),
            (TAKEN_DOWN, pl.col("battle_id").is_in(list(self.taken_down))),
            (OPTED_OUT, voter.is_in(list(self.opted_out)).fill_null(value=False)),
        ):
            kept = frame.filter(~wrong)
            left_out[reason] += frame.height - kept.height
            frame = kept
        return frame, +left_out

    def versions_of(self, frame: pl.DataFrame) -> Counter[str]:
        """Count votes by the version of the words their battles were opened with."""
        shown = frame["definition"].replace_strict(self.versions, return_dtype=pl.String)
        return Counter(shown.to_list())
