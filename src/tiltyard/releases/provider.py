"""What the maker of a model gets back: some of its own battles, with the opponents masked."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from tiltyard.battles.outcome import Outcome
from tiltyard.battles.pseudonyms import pseudonymise_voters
from tiltyard.battles.table import Battles
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.register import read_all_cards
from tiltyard.ledger.releases import Prepared, add_prepared, read_prepared
from tiltyard.releases.consented import Consented
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.exporting import Export, lay_out, sliced
from tiltyard.releases.files import PartsWriter, empty_directory
from tiltyard.releases.hiding import without_ids_and_times
from tiltyard.releases.masking import names_of, without_identities
from tiltyard.releases.mixing import in_order_of_ids
from tiltyard.releases.names import ANONYMOUS
from tiltyard.releases.preparing import KEPT_BACK, KEY_BYTES
from tiltyard.releases.redacting import redact_frame

HASH_BYTES = 8
BEYOND = "it is beyond the share that makers get"


@dataclass(frozen=True, slots=True)
class ProviderReport:
    """What was given to the maker of a model.

    Attributes
    ----------
    model, share
        Whose battles, and which part of them at most.
    votes
        How many votes the model has that people let be published.
    given
        How many of them were written.
    won, lost, even
        How the model did in all of `votes`; both-bad and ties are even.
    left_out, identities_withheld, personal_data
        How many votes were not written, of how many the words were not because a side that is not
        named says in them who it is, and how many pieces of personal data were removed.
    files
        What was written.
    """

    model: str
    share: float
    votes: int
    given: int
    won: int
    lost: int
    even: int
    left_out: Mapping[str, int]
    identities_withheld: int
    personal_data: Mapping[str, int]
    files: Sequence[str]


async def report_to_provider(
    ledger: Ledger, model: str, export: Export, out: Path, *, share: float
) -> ProviderReport:
    """Write a model's own battles for its maker, as a preview and as a public model.

    Only what people let be published; the opponent is `anonymous`, voters are under a key that
    nobody keeps, comments stay here, and personal data is removed. Battles have ids for this maker
    alone and stand in their order; a battle's id and place decide whether it is in the share, so
    asking again gives no others.

    Parameters
    ----------
    model
        The contestant's id in the catalogue.
    share
        Which part of its votes at most.

    Raises
    ------
    ReleaseError
        When it has no such votes, or the directory is not empty or cannot be written.
    """
    key = await ledger.write_in_thread(lambda c: _kept_key(c, model))
    return await ledger.in_thread(lambda c: _write(c, model, export, out, _Share(share, key)))


def _kept_key(connection: SyncConnection, model: str) -> bytes:
    """Find the key of the ids that battles of a model have for its maker, or make it."""
    name = hashlib.sha256(f"the maker of {model}".encode()).hexdigest()
    made = Prepared(name, secrets.token_bytes(KEY_BYTES), datetime.now(UTC))
    add_prepared(connection, made)
    return next(one.key for one in read_prepared(connection) if one.manifest_sha256 == name)


def _write(
    connection: SyncConnection, model: str, export: Export, out: Path, share: "_Share"
) -> ProviderReport:
    tally = _Tally()
    frames = _shared(connection, model, export, share, tally)
    with empty_directory(out), PartsWriter(out, export.schema, export.format) as writer:
        for frame in in_order_of_ids(frames, out):
            rows, dropped = lay_out(export.schema)(frame)
            tally.left_out += dropped
            tally.given += frame.height - dropped.total()
            writer.write(rows)
        if not tally.results.total():
            raise ReleaseError(f"{model} has no votes in {export.arena} that may be given away.")
    return tally.report(model, share.most, writer.files)


def _shared(
    connection: SyncConnection, model: str, export: Export, share: "_Share", tally: "_Tally"
) -> Iterator[pl.DataFrame]:
    """Give the votes that are in the share, as the maker gets them."""
    names = names_of(read_all_cards(connection))
    for frame in _own(connection, model, export, tally):
        kept = frame.filter(share.within(frame["battle_id"]))
        tally.left_out[BEYOND] += frame.height - kept.height
        masked, told = without_identities(kept, names)
        without, pieces, _ = redact_frame(masked)
        tally.identities += told
        tally.personal_data += pieces
        yield without_ids_and_times(without, share.key)


@dataclass(slots=True)
class _Tally:
    """What is counted on the way to a report."""

    results: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    personal_data: Counter[str] = field(default_factory=Counter)
    given: int = 0
    identities: int = 0

    def report(self, model: str, share: float, files: Sequence[str]) -> ProviderReport:
        return ProviderReport(
            model=model,
            share=share,
            votes=self.results.total(),
            given=self.given,
            won=self.results["won"],
            lost=self.results["lost"],
            even=self.results["even"],
            left_out=dict(+self.left_out),
            identities_withheld=self.identities,
            personal_data=dict(self.personal_data),
            files=files,
        )


def _own(
    connection: SyncConnection, model: str, export: Export, tally: _Tally
) -> Iterator[pl.DataFrame]:
    """Give the votes on a model that may be given away, with the opponents masked."""
    consented = Consented.read(connection)
    key = secrets.token_bytes(KEY_BYTES)
    is_a, is_b = (pl.col(f"contestant_{side}") == model for side in "ab")
    for read in sliced(connection, export):
        frame, dropped = consented.keep(read.filter(is_a | is_b))
        tally.left_out += dropped
        tally.results.update(_results(frame, is_a))
        masked = frame.with_columns(
            *(_masked(side, mine, model) for side, mine in (("a", is_a), ("b", is_b))),
            comment=pl.lit(None, pl.String),
        )
        yield pseudonymise_voters(Battles(masked), key).frame.drop(KEPT_BACK, strict=False)


def _masked(side: str, mine: pl.Expr, model: str) -> pl.Expr:
    name = pl.when(mine).then(pl.lit(model)).otherwise(pl.lit(ANONYMOUS))
    return name.cast(pl.Categorical).alias(f"model_{side}")


def _results(frame: pl.DataFrame, is_a: pl.Expr) -> Mapping[str, int]:
    chosen = pl.col("outcome").cast(pl.String)
    own = pl.when(is_a).then(pl.lit(Outcome.A.value)).otherwise(pl.lit(Outcome.B.value))
    result = (
        pl.when(~chosen.is_in([Outcome.A.value, Outcome.B.value]))
        .then(pl.lit("even"))
        .when(chosen == own)
        .then(pl.lit("won"))
        .otherwise(pl.lit("lost"))
    )
    counted = frame.select(result.alias("result")).to_series().value_counts(name="votes")
    return dict(counted.iter_rows())


class _Share:
    """Chooses votes in their order: always the same ones, and at no moment more than the share."""

    def __init__(self, most: float, key: bytes) -> None:
        self.most = most
        self.key = key
        self._seen = self._given = 0

    def within(self, ids: pl.Series) -> pl.Series:
        """Choose among the next votes by the ids of their battles."""
        return pl.Series([self._is_given(id_) for id_ in ids], dtype=pl.Boolean)

    def _is_given(self, id_: str) -> bool:
        self._seen += 1
        digest = hashlib.blake2b(id_.encode(), key=self.key, digest_size=HASH_BYTES).digest()
        drawn = int.from_bytes(digest) < self.most * 2.0 ** (8 * HASH_BYTES)
        given = drawn and self._given + 1 <= self.most * self._seen
        self._given += given
        return given
