"""The battles table of the ledger: what analysis reads."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, Subquery, func, select, true

from tiltyard.battles.table import Battles
from tiltyard.ledger.all_public import all_public
from tiltyard.ledger.removals import is_kept
from tiltyard.ledger.settled import is_settled, settled_at
from tiltyard.ledger.sources import is_local, known_probability
from tiltyard.ledger.tables import battles, labels, reveals, sides, votes

COLUMNS: dict[str, pl.DataType] = {
    "battle_id": pl.String(),
    "arena": pl.String(),
    "model_a": pl.String(),
    "model_b": pl.String(),
    "outcome": pl.String(),
    "voter": pl.String(),
    "voted_at": pl.Datetime("us", "UTC"),
    "turn": pl.Int32(),
    "language": pl.String(),
    "pair_probability": pl.Float64(),
    "policy": pl.String(),
    "source": pl.String(),
    "created_at": pl.Datetime("us", "UTC"),
    "revealed_at": pl.Datetime("us", "UTC"),
}
TIMES = ("created_at", "revealed_at")
"""Of battles; of votes there is `settled_at` in their place."""


@dataclass(frozen=True, slots=True)
class VotesOfArena:
    """All votes of an arena's settled battles.

    Attributes
    ----------
    battles
        The battles table, with the extra columns `source` and `settled_at`, since when a vote is in
        public figures.
    last_vote
        The number of the newest vote in it, 0 when there is none.
    """

    battles: Battles
    last_vote: int

    @property
    def sources(self) -> Mapping[str, int]:
        """How many votes came from where."""
        counted = self.battles.frame.group_by("source").len().sort("source")
        return dict(counted.iter_rows())


def read_votes(
    connection: Connection,
    arena: str,
    *,
    preview: str | None = None,
    imported: bool = False,
    voters: Collection[str] | None = None,
    after: int = 0,
) -> VotesOfArena:
    """Read every vote on an arena's settled battles of two public contestants, as they were cast.

    What people said of a preview stays off the boards, also once it is public.

    Synchronous: it reads much, and belongs in a thread (`Ledger.in_thread`).

    Parameters
    ----------
    preview
        A contestant whose votes as a preview are read too, and no others of it: for its report.
    imported
        Whether to read imported votes too, for a slice that looks at the source.
    voters
        Whose votes; everybody's when left out.
    after
        Only votes with a higher number than this.
    """
    chosen = (
        battles.c.arena == arena,
        battles.c.mode == "battle",
        is_settled(),
        all_public(preview=preview),
        is_kept() if imported else is_local(),
        true() if voters is None else votes.c.voter.in_(voters),
        votes.c.id > after,
    )
    rows = connection.execute(_vote_rows().where(*chosen).order_by(votes.c.id)).all()
    values = [(str(row.battle_id), *row[2:]) for row in rows]
    read = pl.DataFrame(values, schema=COLUMNS, orient="row")
    since = settled_at(pl.col("voted_at"), *map(pl.col, TIMES)).alias("settled_at")
    frame = read.with_columns(since).drop(TIMES)
    return VotesOfArena(Battles.from_frame(frame, "the ledger"), rows[-1].id if rows else 0)


def _vote_rows() -> Select[Any]:
    """Select votes on battles of two sides: their numbers, and the columns of :data:`COLUMNS`."""
    side_a, side_b, language = sides.alias("side_a"), sides.alias("side_b"), _languages()
    return (
        select(
            votes.c.id,
            battles.c.id.label("battle_id"),
            battles.c.arena,
            side_a.c.contestant.label("model_a"),
            side_b.c.contestant.label("model_b"),
            votes.c.outcome,
            func.nullif(votes.c.voter, "").label("voter"),
            votes.c.voted_at,
            votes.c.turn,
            language.c.language,
            known_probability().label("pair_probability"),
            battles.c.policy,
            battles.c.source,
            battles.c.created_at,
            reveals.c.revealed_at,
        )
        .join(battles, battles.c.id == votes.c.battle)
        .join(side_a, (side_a.c.battle == battles.c.id) & (side_a.c.slot == "a"))
        .join(side_b, (side_b.c.battle == battles.c.id) & (side_b.c.slot == "b"))
        .outerjoin(language, language.c.battle == battles.c.id)
        .outerjoin(reveals, reveals.c.battle == battles.c.id)
    )


def _languages() -> Subquery:
    """Select the language of each battle that is labelled."""
    language = func.max(labels.c.value["language"].as_string())
    return (
        select(labels.c.battle, language.label("language"))
        .where(labels.c.labeller == "language")
        .group_by(labels.c.battle)
        .subquery()
    )
