"""ministere-culture/comparia-reactions: thumbs up and down on single answers.

The reactions to the two answers of one turn together are one vote: a thumb up is worth 1, a thumb
down -1, none 0, and the side with more wins. Two thumbs up are a tie, two down are both-bad.
"""

import polars as pl

from tiltyard.battles.codecs.codec import Codec, laid_out
from tiltyard.battles.codecs.comparia_messages import (
    CONVERSATION,
    MESSAGE,
    QUALITIES,
    both_sides,
    conversations,
)
from tiltyard.battles.codecs.moments import naive_utc
from tiltyard.battles.errors import VotesError
from tiltyard.battles.notes import Note, counted
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
CONVERSATIONS = ("conversation_a", "conversation_b")
SHARED = ("model_a_name", "model_b_name", "visitor_id", "session_hash", "opening_msg")
"""What is the same for all reactions to one turn, and is kept as a column of the vote."""

READS = (*TURN, "model_pos", "liked", "disliked", *SHARED, "timestamp")


def prepare(frame: pl.DataFrame) -> pl.DataFrame:
    """Make one row per turn with the vote in `choice` and its reactions in `reactions`.

    A reaction that does not say to which pair of conversations it belongs is left out: with which
    others it is one vote cannot be known.
    """
    thumb = _truth("liked") - _truth("disliked")
    points = {side: thumb.filter(pl.col("model_pos") == side).sum() for side in "ab"}
    shared = [name for name in (*SHARED, *CONVERSATIONS) if name in frame.columns]
    known = frame.filter(pl.col(TURN[0]).is_not_null())
    turns = known.group_by(TURN, maintain_order=True).agg(
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
    """Lay votes out as the reactions they came from, or as thumbs that say the same.

    A vote without a `battle_id` is given one, since thumbs are put together by it.

    Raises
    ------
    VotesError
        When votes share a battle and a turn, which would make them one.
    """
    frame = battles.frame
    if "reactions" in frame.columns:
        reactions = frame["reactions"].explode(empty_as_null=False).struct.unnest()
        return laid_out(reactions, COLUMNS, {})
    frame = _told_apart(frame).with_columns(
        said.alias(f"conversation_{side}") for side, said in conversations(frame, MESSAGE).items()
    )
    up = {Outcome.A: "a", Outcome.B: "b", Outcome.TIE: "ab"}
    pieces = [
        _thumbs(frame.filter(pl.col("outcome") == outcome.value), side, liked=outcome in up)
        for outcome in Outcome
        for side in up.get(outcome, "ab")
    ]
    return pl.concat(pieces)


def without_pair(frame: pl.DataFrame) -> tuple[Note, ...]:
    """Note the reactions that do not say to which pair of conversations they belong."""
    rows = frame[TURN[0]].null_count()
    if not rows:
        return ()
    message = f"{counted(rows, 'reaction')} left out: the conversation_pair_id is empty."
    return (Note("no_pair_id", message, rows),)


def _told_apart(frame: pl.DataFrame) -> pl.DataFrame:
    """Give an id to votes that have none, and refuse those that cannot be told apart."""
    word = _unused(frame["battle_id"])
    named = pl.concat_str(pl.lit(word + "-"), pl.int_range(1, pl.len() + 1))
    known = frame.with_columns(pl.col("battle_id").fill_null(named))
    again = known.filter(pl.struct("battle_id", "turn").is_duplicated())
    if again.height:
        raise VotesError(
            f"{counted(again.height, 'vote')} have the battle_id and turn of another, as in "
            f"{again['battle_id'].sort()[0]}, and comparia_reactions tells votes apart by these: "
            "give each its own, or write another schema."
        )
    return known


def _unused(ids: pl.Series) -> str:
    """Find a word with which no id begins."""
    word = "unnamed"
    while ids.str.starts_with(word).any():
        word += "_"
    return word


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
    without_pair,
)
