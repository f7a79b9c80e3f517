"""Copilot Arena's completions: which of two the person accepted; no ties."""

import polars as pl

from tiltyard.battles.codecs.codec import Codec, laid_out
from tiltyard.battles.conversations import answers, has_conversations, prompts
from tiltyard.battles.errors import VotesError
from tiltyard.battles.outcome import Outcome
from tiltyard.battles.table import Battles

COLUMNS: dict[str, pl.DataType] = {
    "prefix": pl.String(),
    "suffix": pl.String(),
    "model_a": pl.String(),
    "model_b": pl.String(),
    "acceptedIndex": pl.Int64(),
    "completion_a": pl.String(),
    "completion_b": pl.String(),
}


def write(battles: Battles) -> pl.DataFrame:
    """Lay votes out as this set does.

    Raises
    ------
    VotesError
        When a vote is neither for a nor for b, which this schema cannot say.
    """
    accepted = battles.frame["outcome"].cast(pl.String)
    ties = int((~accepted.is_in([Outcome.A.value, Outcome.B.value])).sum())
    if ties:
        raise VotesError(
            f"{ties:,} of these votes are ties or both-bad, which copilot_arena cannot say: "
            "leave them out, or write another schema."
        )
    index = accepted.replace_strict({Outcome.A.value: 0, Outcome.B.value: 1}, return_dtype=pl.Int64)
    return laid_out(battles.frame, COLUMNS, {"acceptedIndex": index} | _completions(battles.frame))


def _completions(frame: pl.DataFrame) -> dict[str, pl.Series]:
    """Take the answers for completions, and what was asked for the text before them."""
    if "completion_a" in frame.columns or not has_conversations(frame):
        return {}
    asked = {} if "prefix" in frame.columns else {"prefix": prompts(frame)}
    return asked | {f"completion_{side}": answers(frame, side) for side in "ab"}


CODEC = Codec("copilot_arena", frozenset({"acceptedIndex", "completion_a", "completion_b"}), write)
