"""Votes with all that was said and found out about them, some at a time, as polars frames."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    Text,
    and_,
    cast,
    exists,
    func,
    select,
)

from tiltyard.ledger.ids import dashed
from tiltyard.ledger.removals import is_kept
from tiltyard.ledger.settled import is_settled
from tiltyard.ledger.sources import is_local, known_probability
from tiltyard.ledger.tables import attempts, battles, erasures, labels, sides, turns, votes

TIME = pl.Datetime("us", "UTC")
HEADS: dict[str, Any] = {
    "vote": pl.Int64,
    "battle_id": pl.String,
    "definition": pl.String,
    "version_a": pl.String,
    "version_b": pl.String,
    "contestant_a": pl.String,
    "contestant_b": pl.String,
    "system_a": pl.String,
    "system_b": pl.String,
    "outcome": pl.String,
    "tags": pl.String,
    "comment": pl.String,
    "voter": pl.String,
    "voted_at": TIME,
    "turn": pl.Int32,
    "pair_probability": pl.Float64,
    "policy": pl.String,
    "source": pl.String,
    "erased": pl.Boolean,
}
TURNS: dict[str, Any] = {"vote": pl.Int64, "turn": pl.Int32, "parts": pl.String}
ANSWERS: dict[str, Any] = {
    "vote": pl.Int64,
    "turn": pl.Int32,
    "slot": pl.String,
    "number": pl.Int32,
    "parts": pl.String,
    "state": pl.String,
}
TOOK: dict[str, Any] = {
    "vote": pl.Int64,
    "turn": pl.Int32,
    "slot": pl.String,
    "number": pl.Int32,
    "output_tokens": pl.Int64,
    "first_text_ms": pl.Int64,
    "duration_ms": pl.Int64,
    "ended_at": TIME,
}
FOUND: dict[str, Any] = {
    "label": pl.Int64,
    "battle_id": pl.String,
    "labeller": pl.String,
    "version": pl.String,
    "value": pl.String,
    "score": pl.Float64,
    "labelled_at": TIME,
}


@dataclass(frozen=True, slots=True)
class WholeVotes:
    """Some votes, each known by its number in the column `vote`.

    Attributes
    ----------
    heads
        One row per vote; `tags` is JSON.
    turns, answers
        What was said up to the vote, as JSON of parts; of an answer every attempt, with the state
        it ended in. Nothing of battles whose words were erased.
    took
        What every attempt of these answers took, where that was asked for.
    labels
        Every label of the battles, by the battle's id; `value` is JSON.
    """

    heads: pl.DataFrame
    turns: pl.DataFrame
    answers: pl.DataFrame
    took: pl.DataFrame
    labels: pl.DataFrame


def read_whole_votes(
    connection: Connection,
    arena: str,
    *,
    size: int,
    imported: bool = False,
    words: bool = True,
    took: bool = False,
) -> Iterator[WholeVotes]:
    """Read the votes on an arena's settled, blind battles in the order of their numbers.

    Synchronous, and memory is that of `size` votes.

    Parameters
    ----------
    size
        This many votes at a time.
    imported
        Whether to read imported votes too.
    words
        Whether to read what was said.
    took
        Whether to read what answers took.
    """
    after = 0
    while True:
        heads = _frame(connection, _heads(arena, after, size, imported=imported), HEADS)
        if heads.is_empty():
            return
        last = int(heads["vote"][-1])
        some = and_(votes.c.id > after, votes.c.id <= last)
        yield WholeVotes(
            heads,
            _frame(connection, _turns(some), TURNS) if words else pl.DataFrame(schema=TURNS),
            _frame(connection, _answers(some), ANSWERS) if words else pl.DataFrame(schema=ANSWERS),
            _frame(connection, _took(some), TOOK) if took else pl.DataFrame(schema=TOOK),
            _frame(connection, _labels(some), FOUND),
        )
        after = last


def _heads(arena: str, after: int, size: int, *, imported: bool) -> Select[Any]:
    side_a, side_b = sides.alias("side_a"), sides.alias("side_b")
    return (
        select(
            votes.c.id,
            cast(battles.c.id, String),
            battles.c.definition,
            *(side.c.version for side in (side_a, side_b)),
            *(side.c.contestant for side in (side_a, side_b)),
            *(side.c.components["system"].as_string() for side in (side_a, side_b)),
            votes.c.outcome,
            cast(votes.c.tags, Text),
            votes.c.comment,
            func.nullif(votes.c.voter, ""),
            votes.c.voted_at,
            votes.c.turn,
            known_probability(),
            battles.c.policy,
            battles.c.source,
            exists().where(erasures.c.battle == battles.c.id),
        )
        .select_from(votes)
        .join(battles, battles.c.id == votes.c.battle)
        .join(side_a, and_(side_a.c.battle == battles.c.id, side_a.c.slot == "a"))
        .join(side_b, and_(side_b.c.battle == battles.c.id, side_b.c.slot == "b"))
        .where(
            votes.c.id > after,
            battles.c.arena == arena,
            battles.c.mode == "battle",
            is_settled(),
            is_kept() if imported else is_local(),
        )
        .order_by(votes.c.id)
        .limit(size)
    )


def _turns(some: ColumnElement[bool]) -> Select[Any]:
    said = and_(turns.c.battle == votes.c.battle, turns.c.number <= votes.c.turn)
    return (
        select(votes.c.id, turns.c.number, cast(turns.c.parts, Text))
        .join(turns, said)
        .where(some)
        .order_by(votes.c.id, turns.c.number)
    )


def _answers(some: ColumnElement[bool]) -> Select[Any]:
    return _attempts(some, cast(attempts.c.parts, Text), attempts.c.state)


def _took(some: ColumnElement[bool]) -> Select[Any]:
    names = ("output_tokens", "first_text_ms", "duration_ms", "ended_at")
    return _attempts(some, *(attempts.c[name] for name in names))


def _attempts(some: ColumnElement[bool], *facts: ColumnElement[Any]) -> Select[Any]:
    said = and_(attempts.c.battle == votes.c.battle, attempts.c.turn <= votes.c.turn)
    columns = (attempts.c.turn, attempts.c.slot, attempts.c.number)
    return (
        select(votes.c.id, *columns, *facts)
        .select_from(votes)
        .join(attempts, said)
        .where(some)
        .order_by(votes.c.id, *columns)
    )


def _labels(some: ColumnElement[bool]) -> Select[Any]:
    return (
        select(
            labels.c.id,
            cast(labels.c.battle, String),
            labels.c.labeller,
            labels.c.labeller_version,
            cast(labels.c.value, Text),
            labels.c.score,
            labels.c.labelled_at,
        )
        .select_from(votes)
        .join(labels, labels.c.battle == votes.c.battle)
        .where(some)
        .order_by(labels.c.id)
        .distinct()
    )


def _frame(connection: Connection, query: Select[Any], schema: dict[str, Any]) -> pl.DataFrame:
    rows: Sequence[Any] = connection.execute(query).all()
    frame = pl.DataFrame([tuple(row) for row in rows], schema, orient="row")
    return frame.with_columns(dashed(pl.col("battle_id"))) if "battle_id" in schema else frame
