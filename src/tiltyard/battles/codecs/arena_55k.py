"""lmarena-ai/arena-human-preference-55k: the Kaggle set, whose texts are JSON lists, one per turn.

Ties and both-bad votes are one there, so a both-bad vote comes back as a tie.
"""

import json

import polars as pl

from tiltyard.battles.codecs.codec import Codec, laid_out
from tiltyard.battles.conversations import has_conversations, messages
from tiltyard.battles.outcome import Outcome
from tiltyard.battles.table import Battles

COLUMNS: dict[str, pl.DataType] = {
    "id": pl.String(),
    "model_a": pl.String(),
    "model_b": pl.String(),
    "prompt": pl.String(),
    "response_a": pl.String(),
    "response_b": pl.String(),
    "winner_model_a": pl.Int64(),
    "winner_model_b": pl.Int64(),
    "winner_tie": pl.Int64(),
}
TEXTS = ("prompt", "response_a", "response_b")


def write(battles: Battles) -> pl.DataFrame:
    """Lay votes out as this set does."""
    frame = battles.frame
    won = {side: frame["outcome"] == side for side in (Outcome.A, Outcome.B)}
    made = {
        "id": frame["battle_id"],
        "winner_model_a": won[Outcome.A],
        "winner_model_b": won[Outcome.B],
        "winner_tie": ~(won[Outcome.A] | won[Outcome.B]),
    }
    if has_conversations(frame) and not _has_texts(frame):
        made |= _texts(frame)
    return laid_out(battles.frame, COLUMNS, made)


def _has_texts(frame: pl.DataFrame) -> bool:
    return all(name in frame.columns and frame[name].dtype == pl.String for name in TEXTS)


def _texts(frame: pl.DataFrame) -> dict[str, pl.Series]:
    said_a, said_b = (messages(frame, side) for side in "ab")
    return {
        "prompt": _listed(said_a, "user"),
        "response_a": _listed(said_a, "assistant"),
        "response_b": _listed(said_b, "assistant"),
    }


def _listed(said: pl.Series, role: str) -> pl.Series:
    rows = [
        None if row is None else json.dumps([one["content"] for one in row if one["role"] == role])
        for row in said.to_list()
    ]
    return pl.Series(rows, dtype=pl.String)


CODEC = Codec("arena_55k", frozenset({"id", "winner_model_a", "winner_model_b"}), write)
