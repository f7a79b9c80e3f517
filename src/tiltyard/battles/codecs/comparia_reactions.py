"""ministere-culture/comparia-reactions: thumbs up and down on single answers.

The reactions to the two answers of one turn together are one vote: a thumb up is worth 1, a thumb
down -1, none 0, and the side with more wins. Two thumbs up are a tie, two down are both-bad.
"""

import polars as pl

from tiltyard.battles.codecs.codec import Codec, laid_out
from tiltyard.battles.codecs.comparia_messages import CONVERSATION, QUALITIES, both_sides
from tiltyard.battles.codecs.moments import naive_utc
from tiltyard.battles.outcome import Outcome
from tiltyard.battles.table import Battles

COLUMNS: dict[str, pl.DataType] = {
    "id": pl.Int64(),
    "timestamp": pl.Datetime("us"),
    "model_a_name": pl.String(),
    "model_b_name": pl.String(),
    "refers_to_model": pl.String(),
    "msg_index": pl.Int64(),
    "opening_msg": pl.String(),
    **both_sides("conversation_{}", CONVERSATION),
    "model_pos": pl.String(),
    "conv_turns": pl.Int64(),
    "conversation_pair_id": pl.String(),
    "conv_a_id": pl.String(),
    "conv_b_id": pl.String(),
    "refers_to_conv_id": pl.String(),
    "session_hash": pl.String(),
    "visitor_id": pl.String(),
    "response_content": pl.String(),
    "question_content": pl.String(),
    "liked": pl.Boolean(),
    "disliked": pl.Boolean(),
    "comment": pl.String(),
    **dict.fromkeys(QUALITIES, pl.Boolean()),
    "model_pair_name": pl.List(pl.String),
    "msg_rank": pl.Int64(),
    "question_id": pl.String(),
    "system_prompt": pl.String(),
}
TURN = ["conversation_pair_id", "msg_rank"]
SHARED = ("model_a_name", "model_b_name", "visitor_id", "session_hash", "opening_msg")
"""What is the same for all reactions to one turn, and is kept as a column of the vote."""

READS = (*TURN, "model_pos", "liked", "disliked", *SHARED, "timestamp")


def prepare(frame: pl.DataFrame) -> pl.DataFrame:
    """Make one row per turn with the vote in `choice` and its reactions in `reactions`."""
    thumb = _truth("liked") - _truth("disliked")
    points = {side: thumb.filter(pl.col("model_pos") == side).sum() for side in "ab"}
    shared = [name for name in SHARED if name in frame.columns]
    turns = frame.group_by(TURN, maintain_order=True).agg(
        pl.col(shared).first(),
        pl.col("timestamp").max(),
        points["a"].alias("points_a"),
        points["b"].alias("points_b"),
        pl.struct(pl.col(frame.columns)).alias("reactions"),
    )
    a, b = pl.col("points_a"), pl.col("points_b")
    choice = (
        pl.when(a > b)
        .then(pl.lit(Outcome.A.value))
        .when(b > a)
        .then(pl.lit(Outcome.B.value))
        .when(a > 0)
        .then(pl.lit(Outcome.TIE.value))
        .when(a < 0)
        .then(pl.lit(Outcome.BOTH_BAD.value))
    )
    return turns.with_columns(choice.alias("choice"), pl.col("msg_rank").alias("turn")).drop(
        "points_a", "points_b", "msg_rank"
    )


def write(battles: Battles) -> pl.DataFrame:
    """Lay votes out as the reactions they came from, or as thumbs that say the same."""
    frame = battles.frame
    if "reactions" in frame.columns:
        reactions = frame["reactions"].explode(empty_as_null=False).struct.unnest()
        return laid_out(reactions, COLUMNS, {})
    up = {Outcome.A: "a", Outcome.B: "b", Outcome.TIE: "ab"}
    pieces = [
        _thumbs(frame.filter(pl.col("outcome") == outcome.value), side, liked=outcome in up)
        for outcome in Outcome
        for side in up.get(outcome, "ab")
    ]
    return pl.concat(pieces)


def _truth(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Boolean).fill_null(value=False).cast(pl.Int64)


def _thumbs(frame: pl.DataFrame, side: str, *, liked: bool) -> pl.DataFrame:
    made = {
        "timestamp": naive_utc(frame["voted_at"]),
        "model_a_name": frame["model_a"],
        "model_b_name": frame["model_b"],
        "refers_to_model": frame[f"model_{side}"],
        "model_pos": pl.repeat(side, frame.height, dtype=pl.String, eager=True),
        "conversation_pair_id": frame["battle_id"],
        "visitor_id": frame["voter"],
        "liked": pl.repeat(liked, frame.height, dtype=pl.Boolean, eager=True),
        "disliked": pl.repeat(not liked, frame.height, dtype=pl.Boolean, eager=True),
        "msg_rank": frame["turn"],
    }
    return laid_out(frame, COLUMNS, made)


CODEC = Codec(
    "comparia_reactions",
    frozenset({"liked", "disliked", "model_pos", "conversation_pair_id"}),
    write,
    prepare,
    READS,
)
