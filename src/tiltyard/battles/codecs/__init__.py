"""One module per published schema, each of which lays a battles table out as that schema does.

Reading needs less: the columns of most schemas say what they are by their names. What a schema says
in another way, its `prepare` adds.
"""

from collections.abc import Iterable

import polars as pl

from tiltyard.battles.codecs import (
    arena_55k,
    arena_100k,
    arena_140k,
    arena_expert_5k,
    chatbot_arena_33k,
    comparia_reactions,
    comparia_turns,
    comparia_votes,
    copilot_arena,
    fastchat_log,
    pair_counts,
    search_arena,
)
from tiltyard.battles.codecs.codec import Codec
from tiltyard.battles.columns import SCHEMA
from tiltyard.battles.notes import Note

OWN = Codec("battles", frozenset(SCHEMA), lambda battles: battles.frame)

CODECS: dict[str, Codec] = {
    codec.name: codec
    for codec in (
        OWN,
        chatbot_arena_33k.CODEC,
        arena_55k.CODEC,
        arena_100k.CODEC,
        arena_140k.CODEC,
        arena_expert_5k.CODEC,
        fastchat_log.CODEC,
        comparia_votes.CODEC,
        comparia_reactions.CODEC,
        comparia_turns.CODEC,
        search_arena.CODEC,
        copilot_arena.CODEC,
        pair_counts.CODEC,
    )
}
"""The schemas by name; `battles` is this table itself."""

KNOWN_AS: dict[str, str] = {
    "arena-140k": "arena_140k",
    "arena-100k": "arena_100k",
    "arena-55k": "arena_55k",
    "arena-33k": "chatbot_arena_33k",
    "comparia-2": "comparia_turns",
    "tiltyard": "battles",
}
"""The names that people know some of them by."""


def schema_of(columns: Iterable[str]) -> Codec | None:
    """Find the schema that a table with these columns is of; None where it is of none of them."""
    present = set(columns)
    return next((codec for codec in CODECS.values() if codec.signature <= present), None)


def prepared(frame: pl.DataFrame) -> pl.DataFrame:
    """Add what the schema of a frame says in its own way."""
    codec = schema_of(frame.columns)
    return frame if codec is None else codec.prepare(frame)


def noticed(frame: pl.DataFrame) -> tuple[Note, ...]:
    """Say what is to be known about a frame of its schema before it is prepared."""
    codec = schema_of(frame.columns)
    return () if codec is None else codec.notes(frame)


__all__ = ["CODECS", "KNOWN_AS", "Codec", "noticed", "prepared", "schema_of"]
