"""Votes and labels by their numbers, as frames: what a kept battles table grows by.

The database writes many rows as one text, which polars takes apart again: an object for each value
of millions of rows would cost ten times as much, and hold up the event loop.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import add
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    String,
    case,
    cast,
    extract,
    func,
    literal,
    or_,
    select,
    type_coerce,
)

from tiltyard.ledger.ids import dashed
from tiltyard.ledger.removals import is_kept
from tiltyard.ledger.settled import is_settled
from tiltyard.ledger.sources import known_probability
from tiltyard.ledger.tables import battles, contestant_versions, labels, sides, votes

Span = tuple[int, int | None]
"""The first and the last number of a run; None where it has no end."""

CHUNK = 50_000
"""This many numbers become one text."""
RUNS = 200
"""This many runs of numbers are asked for in one question."""
ASKED = 5_000
"""This many numbers or ids are asked for in one question."""
FIELD, RECORD = "\x1f", "\x1e"
"""The separators that ASCII has for this; no JSON holds them, and names lose them."""

Rows = Mapping[str, pl.DataType]
"""Columns with their types."""

VOTE_ROWS: Rows = {
    "vote": pl.Int64(),
    "battle_id": pl.String(),
    "arena": pl.Categorical(),
    "model_a": pl.Categorical(),
    "model_b": pl.Categorical(),
    "outcome": pl.Enum(["a", "b", "tie", "both_bad"]),
    "voter": pl.Categorical(),
    "voted_at": pl.Datetime("us", "UTC"),
    "turn": pl.Int32(),
    "pair_probability": pl.Float64(),
    "policy": pl.Categorical(),
    "source": pl.Categorical(),
    "version_a": pl.Categorical(),
    "version_b": pl.Categorical(),
    "settled": pl.Boolean(),
}

VERSION = pl.Categorical(pl.Categories("label versions", "tiltyard", pl.UInt16))
"""Two bytes for each of many labels, of which there are few versions."""

LABEL_ROWS: Rows = {
    "label": pl.Int64(),
    "battle_id": pl.String(),
    "labeller": pl.Categorical(),
    "version": VERSION,
    "labelled_at": pl.Datetime("us", "UTC"),
    "value": pl.String(),
    "score": pl.Float64(),
}


def read_vote_rows(connection: Connection, spans: Sequence[Span]) -> Iterator[pl.DataFrame]:
    """Read the votes with these numbers in battles of two hidden sides, settled or not.

    Synchronous: it reads much, and belongs in a thread (`Ledger.in_thread`).
    """
    side_a, side_b = sides.alias("side_a"), sides.alias("side_b")
    columns = (
        votes.c.id,
        battles.c.id,
        battles.c.arena,
        _named(side_a.c.contestant),
        _named(side_b.c.contestant),
        votes.c.outcome,
        _named(votes.c.voter),
        _moment(connection, votes.c.voted_at),
        votes.c.turn,
        _exact(connection, known_probability()),
        battles.c.policy,
        _named(battles.c.source),
        side_a.c.version,
        side_b.c.version,
        case((is_settled(), "true"), else_="false"),
    )
    query = (
        _as_text(columns)
        .select_from(votes)
        .join(battles, battles.c.id == votes.c.battle)
        .join(side_a, (side_a.c.battle == battles.c.id) & (side_a.c.slot == "a"))
        .join(side_b, (side_b.c.battle == battles.c.id) & (side_b.c.slot == "b"))
        .where(battles.c.mode == "battle", is_kept())
    )
    yield from _by_number(connection, query, votes.c.id, spans, VOTE_ROWS)


def read_vote_numbers(connection: Connection, spans: Sequence[Span]) -> pl.Series:
    """Read which of these numbers votes have, also votes in other battles."""
    schema = {"vote": VOTE_ROWS["vote"]}
    found = _by_number(connection, _as_text((votes.c.id,)), votes.c.id, spans, schema)
    return pl.concat([pl.DataFrame(schema=schema), *found])["vote"]


def settled_among(connection: Connection, waiting: Sequence[int]) -> list[int]:
    """Say which of these votes are on settled battles by now."""
    found: list[int] = []
    for start in range(0, len(waiting), ASKED):
        query = (
            select(votes.c.id)
            .join(battles, battles.c.id == votes.c.battle)
            .where(votes.c.id.in_(waiting[start : start + ASKED]), is_settled())
        )
        found += connection.scalars(query)
    return found


def read_label_rows(connection: Connection, spans: Sequence[Span]) -> Iterator[pl.DataFrame]:
    """Read the labels with these numbers; the value of each is its JSON as text.

    Synchronous, as :func:`read_vote_rows`.
    """
    query = _as_text(_label_columns(connection))
    yield from _by_number(connection, query, labels.c.id, spans, LABEL_ROWS)


def read_labelled_ids(connection: Connection, spans: Sequence[Span]) -> pl.DataFrame:
    """Read only which battles the labels with these numbers are about."""
    schema = {name: LABEL_ROWS[name] for name in ("label", "battle_id")}
    query = _as_text((labels.c.id, labels.c.battle))
    found = _by_number(connection, query, labels.c.id, spans, schema)
    return pl.concat([pl.DataFrame(schema=schema), *found])


def read_labels_of(connection: Connection, ids: Sequence[str]) -> Iterator[pl.DataFrame]:
    """Read all labels of these battles."""
    query = _as_text(_label_columns(connection))
    for start in range(0, len(ids), ASKED):
        asked = [UUID(one) for one in ids[start : start + ASKED]]
        yield from _frames(connection, query.where(labels.c.battle.in_(asked)), LABEL_ROWS)


def read_public_versions(connection: Connection) -> list[str]:
    """Name the versions of contestants that were public."""
    status = contestant_versions.c.card["status"].as_string()
    return list(connection.scalars(select(contestant_versions.c.version).where(status == "public")))


def _label_columns(connection: Connection) -> tuple[ColumnElement[Any], ...]:
    return (
        labels.c.id,
        labels.c.battle,
        labels.c.labeller,
        labels.c.labeller_version,
        _moment(connection, labels.c.labelled_at),
        labels.c.value,
        _exact(connection, labels.c.score),
    )


def _as_text(columns: Sequence[ColumnElement[Any]]) -> Select[tuple[str]]:
    """Write all rows as one text: fields apart by one separator, rows by the other."""
    texts = [func.coalesce(cast(column, String), "") for column in columns]
    fields = [part for text in texts for part in (literal(FIELD), text)][1:]
    return select(func.aggregate_strings(reduce(add, fields), RECORD))


def _by_number(
    connection: Connection,
    query: Select[tuple[str]],
    number: ColumnElement[int],
    spans: Sequence[Span],
    schema: Rows,
) -> Iterator[pl.DataFrame]:
    top = int(connection.scalar(select(func.max(number))) or 0)
    for runs in _questions([(first, top if last is None else last) for first, last in spans]):
        within = or_(*(number.between(*run) for run in runs))
        yield from _frames(connection, query.where(within), schema)


def _questions(runs: Iterable[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Divide runs of numbers among questions: there may be thousands, of a few numbers each."""
    asked: list[tuple[int, int]] = []
    room = CHUNK
    for first, last in runs:
        for start in range(first, last + 1, CHUNK):
            end = min(start + CHUNK - 1, last)
            if asked and (room <= end - start or len(asked) == RUNS):
                yield asked
                asked, room = [], CHUNK
            asked.append((start, end))
            room -= end - start + 1
    if asked:
        yield asked


def _frames(
    connection: Connection, query: Select[tuple[str]], schema: Rows
) -> Iterator[pl.DataFrame]:
    text = connection.scalar(query)
    if text is None:
        return
    records = pl.Series([text]).str.split(RECORD).explode()
    fields = records.str.split_exact(FIELD, len(schema) - 1).struct.unnest()
    fields.columns = list(schema)
    yield fields.select(_typed(name, dtype) for name, dtype in schema.items())


def _typed(name: str, dtype: pl.DataType) -> pl.Expr:
    text = pl.col(name)
    if name == "battle_id":
        return dashed(text).alias(name)
    known = pl.when(text != "").then(text)
    if dtype == pl.Boolean:
        return text == "true"
    if not isinstance(dtype, pl.Datetime):
        return known.cast(dtype)
    written = known.str.to_datetime(
        "%Y-%m-%d %H:%M:%S%.f", time_unit="us", time_zone="UTC", strict=False
    )
    moment = pl.coalesce(written, known.cast(pl.Int64, strict=False).cast(dtype))
    # 1970 is how the ledger says that nobody knows when; before it nobody voted.
    return pl.when(moment.to_physical() > 0).then(moment)


def _named(column: ColumnElement[str]) -> ColumnElement[str]:
    """Take the separators out of what others may have named."""
    return func.replace(func.replace(column, FIELD, " "), RECORD, " ")


def _moment(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Read an instant as microseconds, or as the text that SQLite keeps."""
    if connection.dialect.name == "postgresql":
        return cast(extract("epoch", column) * 1_000_000, BigInteger)
    return type_coerce(column, String)


def _exact(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Write a number with all its digits; PostgreSQL does by itself."""
    if connection.dialect.name == "postgresql":
        return column
    return case((column.is_not(None), func.printf("%!.17g", column)))
