"""Votes and labels by their numbers, as frames: what a kept battles table grows by."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

import polars as pl
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    and_,
    cast,
    extract,
    func,
    or_,
    select,
    type_coerce,
)

from tiltyard.ledger.settled import is_settled
from tiltyard.ledger.sources import known_probability
from tiltyard.ledger.tables import battles, contestant_versions, labels, sides, votes

Span = tuple[int, int | None]
"""The first and the last number of a run; None where it has no end."""

CHUNK = 50_000
"""So many rows become a frame at once: the rest of the process goes on in between."""
ASKED = 5_000
"""So many numbers or ids are asked for in one question."""

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

LABEL_ROWS: Rows = {
    "label": pl.Int64(),
    "battle_id": pl.String(),
    "labeller": pl.Categorical(),
    "version": pl.Categorical(),
    "labelled_at": pl.Datetime("us", "UTC"),
    "value": pl.String(),
}


def read_vote_rows(connection: Connection, spans: Sequence[Span]) -> Iterator[pl.DataFrame]:
    """Read the votes with these numbers in battles of two hidden sides, settled or not.

    Synchronous: it reads much, and belongs in a thread (`Ledger.in_thread`).
    """
    side_a, side_b = sides.alias("side_a"), sides.alias("side_b")
    query = (
        select(
            votes.c.id,
            _plain_id(battles.c.id),
            battles.c.arena,
            side_a.c.contestant,
            side_b.c.contestant,
            votes.c.outcome,
            func.nullif(votes.c.voter, ""),
            _moment(connection, votes.c.voted_at),
            votes.c.turn,
            known_probability(),
            battles.c.policy,
            battles.c.source,
            side_a.c.version,
            side_b.c.version,
            is_settled(),
        )
        .join(battles, battles.c.id == votes.c.battle)
        .join(side_a, (side_a.c.battle == battles.c.id) & (side_a.c.slot == "a"))
        .join(side_b, (side_b.c.battle == battles.c.id) & (side_b.c.slot == "b"))
        .where(battles.c.mode == "battle", _within(votes.c.id, spans))
        .order_by(votes.c.id)
    )
    return _frames(connection, query, VOTE_ROWS)


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
    query = _labels(connection, _within(labels.c.id, spans)).order_by(labels.c.id)
    return _frames(connection, query, LABEL_ROWS)


def read_labelled_ids(connection: Connection, spans: Sequence[Span]) -> pl.DataFrame:
    """Read only which battles the labels with these numbers are about."""
    schema = {name: LABEL_ROWS[name] for name in ("label", "battle_id")}
    query = select(labels.c.id, _plain_id(labels.c.battle)).where(_within(labels.c.id, spans))
    return pl.concat([pl.DataFrame(schema=schema), *_frames(connection, query, schema)])


def read_labels_of(connection: Connection, ids: Sequence[str]) -> Iterator[pl.DataFrame]:
    """Read all labels of these battles."""
    for start in range(0, len(ids), ASKED):
        asked = [UUID(one) for one in ids[start : start + ASKED]]
        theirs = labels.c.battle.in_(asked)
        yield from _frames(connection, _labels(connection, theirs), LABEL_ROWS)


def read_public_versions(connection: Connection) -> list[str]:
    """Name the versions of contestants that were public."""
    status = contestant_versions.c.card["status"].as_string()
    return list(connection.scalars(select(contestant_versions.c.version).where(status == "public")))


def _labels(connection: Connection, which: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    columns = (
        labels.c.id,
        _plain_id(labels.c.battle),
        labels.c.labeller,
        labels.c.labeller_version,
        _moment(connection, labels.c.labelled_at),
        cast(labels.c.value, String),
    )
    return select(*columns).where(which)


def _frames(
    connection: Connection, query: Select[tuple[object, ...]], schema: Rows
) -> Iterator[pl.DataFrame]:
    streamed = connection.execution_options(stream_results=True, yield_per=CHUNK)
    for rows in streamed.execute(query).partitions():
        yield _frame(rows, schema)


def _frame(rows: Sequence[Row[tuple[object, ...]]], schema: Rows) -> pl.DataFrame:
    columns = zip(*rows, strict=True)
    named = zip(schema.items(), columns, strict=True)
    return pl.DataFrame([_series(name, dtype, values) for (name, dtype), values in named])


def _series(name: str, dtype: pl.DataType, values: tuple[object, ...]) -> pl.Series:
    if name == "battle_id":
        return _dashed(pl.Series(name, values, pl.String))
    if isinstance(dtype, pl.Datetime):
        moments = _moments(name, values)
        return moments.set(moments.to_physical() == 0, None)  # 1970: of imported votes, not known
    if dtype == pl.Boolean:
        return pl.Series(name, values, pl.Int8, strict=False).cast(pl.Boolean)
    if isinstance(dtype, pl.Categorical | pl.Enum):
        return pl.Series(name, values, pl.String).cast(dtype)
    return pl.Series(name, values, dtype)


def _moments(name: str, values: tuple[object, ...]) -> pl.Series:
    if isinstance(values[0], str):
        return pl.Series(name, values, pl.String).str.to_datetime(
            "%Y-%m-%d %H:%M:%S%.f", time_unit="us", time_zone="UTC"
        )
    return pl.Series(name, values, pl.Int64).cast(pl.Datetime("us", "UTC"))


def _plain_id(column: ColumnElement[object]) -> ColumnElement[str]:
    """Read an id as the database writes it, without an object for each."""
    return func.replace(cast(column, String), "-", "")


def _dashed(ids: pl.Series) -> pl.Series:
    parts = [ids.str.slice(*part) for part in ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))]
    names = [part.alias(str(number)) for number, part in enumerate(parts)]
    return (
        pl.DataFrame(names)
        .select(pl.concat_str(pl.all(), separator="-"))
        .to_series()
        .alias(ids.name)
    )


def _moment(connection: Connection, column: ColumnElement[object]) -> ColumnElement[object]:
    """Read an instant as microseconds, or as the text that SQLite keeps."""
    if connection.dialect.name == "postgresql":
        return cast(extract("epoch", column) * 1_000_000, BigInteger)
    return type_coerce(column, String)


def _within(column: ColumnElement[int], spans: Sequence[Span]) -> ColumnElement[bool]:
    return or_(
        *(
            column >= first if last is None else and_(column >= first, column <= last)
            for first, last in spans
        )
    )
