"""Bring files of votes into the ledger: once, whatever is cut off and tried again."""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import polars as pl

from tiltyard.imports.batches import Batch, Columns, read_batches, refuse_endless
from tiltyard.imports.conversations import said
from tiltyard.imports.keys import Keys
from tiltyard.imports.publishers import unkept
from tiltyard.imports.records import ImportReport
from tiltyard.imports.removing import require_kept, require_kept_by
from tiltyard.imports.rows import imported_card, imported_version, table_rows
from tiltyard.ledger import bulk
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.sources import IMPORTED, UNKNOWN_TIME

BATCH = 10_000
"""This many votes are one transaction: a server on the same file waits no longer than for these."""

MOST_NAME = 80
"""No name of a contestant is longer."""

REPEATED = "its id, turn and voter are those of an earlier row"
SELF_BATTLE = "both sides are the same model"
LONG_NAME = f"the name of a model is longer than {MOST_NAME} characters"
ODD_TIME = "its time is before 1990 or in the future"
NUL, REPLACED = "\x00", "\ufffd"
"""What PostgreSQL keeps in no text, and what stands for it."""
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
"""The clocks of others may be this far ahead of ours, or their time zones mistaken."""

Progress = Callable[[int], None]


class Importer:
    """Imports files into one source of one ledger.

    Every batch is committed by itself, and what is there already is passed over: an import that
    was cut off is taken up by importing the file again.

    Parameters
    ----------
    ledger
        With its tables.
    source
        The name of the source, without `import:`.
    arena
        In which arena the battles are to be found.
    voter_key
        Voters become pseudonyms under it; a log may hold addresses.
    """

    def __init__(self, ledger: Ledger, *, source: str, arena: str, voter_key: bytes) -> None:
        self._ledger = ledger
        self._source = IMPORTED + source
        self._arena = arena
        self._voter_key = voter_key
        self._definition = _definition(arena, self._source)
        self._recorded: set[str] = set()

    async def import_file(
        self,
        file: Path,
        *,
        columns: Columns | None = None,
        schema: str | None = None,
        progress: Progress = lambda _: None,
    ) -> ImportReport:
        """Import one file.

        Parameters
        ----------
        columns
            What the file calls columns of the battles table.
        schema
            The schema that it must be of.
        progress
            Told after every batch how many rows have been read.

        Raises
        ------
        VotesError
            When the file cannot be read; what was read before stays, and is passed over next time.
        ImportVotesError
            When it is of another schema, its source was removed, or its votes are too many.
        """
        await require_kept(self._ledger, self._source)
        tally = _Tally()
        keys = Keys(self._source, self._voter_key)
        for batch in read_batches(file, size=BATCH, columns=columns or {}, schema=schema):
            votes = self._importable(batch, keys, tally.skipped)
            add = partial(self._add, votes, batch.schema)
            new, lacking = await self._ledger.write_in_thread(add)
            tally.add(batch, added=new, known=votes.height - new, lacking=lacking)
            refuse_endless(tally.added + tally.known)
            progress(tally.rows)
        return tally.report(file.name, self._source, self._arena)

    def _importable(self, batch: Batch, keys: Keys, skipped: Counter[str]) -> pl.DataFrame:
        """Leave out what no ledger can hold, and give the rest its ids and pseudonyms."""
        named = (pl.col(name).cast(pl.String) for name in ("model_a", "model_b", "policy"))
        frame = batch.frame.with_columns(
            pl.col("battle_id").replace("", None),
            *(name.str.replace_all(NUL, REPLACED, literal=True) for name in named),
        )
        a, b = pl.col("model_a"), pl.col("model_b")
        longest = pl.max_horizontal(a.str.len_chars(), b.str.len_chars())
        wrongs = (
            (SELF_BATTLE, a == b),
            (LONG_NAME, longest > MOST_NAME),
            (ODD_TIME, _is_odd_time()),
        )
        for reason, wrong in wrongs:
            kept = frame.filter(~wrong)
            skipped[reason] += frame.height - kept.height
            frame = kept
        frame = frame.with_columns(self._pseudonyms(frame["voter"]).alias("voter"))
        ids, repeated = keys.of(frame)
        skipped[REPEATED] += int(repeated.sum())
        return frame.with_columns(ids).filter(~repeated)

    def _pseudonyms(self, voters: pl.Series) -> pl.Series:
        """Hide voters; those of one source say nothing about another's of the same name."""
        known = voters.cast(pl.String)
        names = {
            voter: hmac.digest(
                self._voter_key, f"{self._source}\x1f{voter}".encode(), "sha256"
            ).hex()[:32]
            for voter in known.unique().drop_nulls()
        }
        return known.replace(names)

    def _add(
        self, votes: pl.DataFrame, schema: str, connection: SyncConnection
    ) -> tuple[int, Counter[str]]:
        """Add the battles that are not there; count them, and those that lack something."""
        bulk.lock_imports(connection)
        require_kept_by(connection, self._source)
        there = bulk.known_battles(connection, votes["id"].to_list())
        fresh = votes.filter(~pl.col("id").is_in(list(there)))
        if fresh.is_empty():
            return 0, Counter()
        self._record(connection, fresh)
        conversation = said(fresh)
        rows = table_rows(
            fresh,
            conversation,
            source=self._source,
            arena=self._arena,
            definition=_digest(self._definition),
            schema=schema,
        )
        bulk.insert_frames(connection, rows)
        return fresh.height, conversation.lacking + unkept(fresh)

    def _record(self, connection: SyncConnection, votes: pl.DataFrame) -> None:
        """Record the contestants of these votes and what they were held under."""
        sides = (votes[side].cast(pl.String).unique() for side in ("model_a", "model_b"))
        names = {name for side in sides for name in side}
        cards = {imported_version(name): imported_card(name) for name in names - self._recorded}
        now = datetime.now(UTC)
        bulk.record_imported(connection, cards, now)
        document = self._definition
        bulk.record_imported_arena(connection, self._arena, _digest(document), document, now)
        self._recorded |= names


@dataclass(slots=True)
class _Tally:
    """What is counted while a file is imported."""

    rows: int = 0
    added: int = 0
    known: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    lacking: Counter[str] = field(default_factory=Counter)
    notes: dict[str, str] = field(default_factory=dict)

    def add(self, batch: Batch, *, added: int, known: int, lacking: Counter[str]) -> None:
        """Count a batch that is in the ledger; of notes on the same the first stands."""
        self.rows += batch.rows
        self.added += added
        self.known += known
        self.skipped += batch.skipped
        self.lacking += lacking
        self.notes |= {**batch.notes, **self.notes}

    def report(self, file: str, source: str, arena: str) -> ImportReport:
        return ImportReport(
            file=file,
            source=source,
            arena=arena,
            rows=self.rows,
            added=self.added,
            known=self.known,
            skipped=dict(self.skipped.most_common()),
            lacking=dict(self.lacking.most_common()),
            notes=tuple(self.notes.values()),
        )


def _is_odd_time() -> pl.Expr:
    """Find times when nobody can have voted; 1970-01-01 says in many sets that none is known."""
    at = pl.col("voted_at")
    possible = at.is_between(EARLIEST, datetime.now(UTC) + AHEAD) | (at == UNKNOWN_TIME)
    return ~possible.fill_null(value=True)


def _definition(arena: str, source: str) -> Mapping[str, object]:
    """Say what is known of how imported battles were held."""
    return {"id": arena, "source": source, "vote": {"per": "battle"}}


def _digest(document: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
