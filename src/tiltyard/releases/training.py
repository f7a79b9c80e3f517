"""Votes as training data, in the columns that TRL's trainers read.

Messages are lists of `role` and `content`. What people said of two answers becomes training data
only where it says so plainly; what does not is counted.
"""

from collections import Counter
from collections.abc import Callable, Mapping

import polars as pl

from tiltyard.battles.outcome import Outcome

Made = tuple[pl.DataFrame, Counter[str]]

UNANSWERED = "an answer is missing or empty"
EVEN = "a tie or both-bad vote prefers neither answer"
TIE = "a tie calls neither answer good or bad"
DIFFERENT = "the two sides had different conversations before their last answers"
KEPT = ("battle_id", "turn", "language")


def dpo(frame: pl.DataFrame) -> Made:
    """Give pairs of answers to one conversation: `prompt`, `chosen`, `rejected`.

    Only battles whose sides have said the same until then: with one turn, that is all of them.
    """
    pairs, left_out = _preferred(_answered(frame))
    same = pl.col("prompt_a") == pl.col("prompt_b")
    kept = pairs.filter(same)
    left_out[DIFFERENT] = pairs.height - kept.height
    columns = ("chosen", "rejected", "chosen_model", "rejected_model", *KEPT)
    made = kept.with_columns(*_sides("answer"), *_sides("model")).with_columns(prompt="prompt_a")
    return made.select("prompt", *columns), left_out + _unanswered(frame)


def reward(frame: pl.DataFrame) -> Made:
    """Give pairs of whole conversations, `chosen` and `rejected`, whose prompt is what they share.

    Several turns, in which the sides had conversations of their own, are in it too.
    """
    pairs, left_out = _preferred(_answered(frame))
    made = pairs.with_columns(*_sides("conversation"), *_sides("model"))
    columns = ("chosen", "rejected", "chosen_model", "rejected_model", *KEPT)
    return made.select(columns), left_out + _unanswered(frame)


def kto(frame: pl.DataFrame) -> Made:
    """Give single answers that were called good or bad: `prompt`, `completion`, `label`.

    The answer preferred is good and the other bad; of a both-bad vote both are bad.
    """
    answered = _answered(frame)
    judged = answered.filter(pl.col("outcome") != Outcome.TIE)
    made = [
        judged.select(
            pl.col(f"prompt_{side}").alias("prompt"),
            pl.col(f"answer_{side}").alias("completion"),
            (pl.col("outcome") == side).alias("label"),
            pl.col(f"model_{side}").cast(pl.String).alias("model"),
            *KEPT,
            pl.lit(side).alias("side"),
        )
        for side in "ab"
    ]
    rows = pl.concat(made).sort("battle_id", "turn", "side").drop("side")
    left_out = Counter({TIE: answered.height - judged.height})
    return rows, left_out + _unanswered(frame)


FORMATS: Mapping[str, Callable[[pl.DataFrame], Made]] = {"dpo": dpo, "kto": kto, "reward": reward}
"""The formats by name."""


def _answered(frame: pl.DataFrame) -> pl.DataFrame:
    """Keep votes on two answers, and tell each side's last one from what came before."""
    split = frame.with_columns(
        one
        for side in "ab"
        for one in (
            pl.col(f"conversation_{side}").list.tail(1).alias(f"answer_{side}"),
            pl.col(f"conversation_{side}")
            .list.head(pl.col(f"conversation_{side}").list.len().cast(pl.Int64) - 1)
            .alias(f"prompt_{side}"),
        )
    )
    return split.filter(_is_answered("a") & _is_answered("b"))


def _is_answered(side: str) -> pl.Expr:
    last = pl.col(f"answer_{side}").list.first()
    said = (last.struct.field("role") == "assistant") & (last.struct.field("content") != "")
    return said.fill_null(value=False) & (pl.col(f"prompt_{side}").list.len() > 0)


def _unanswered(frame: pl.DataFrame) -> Counter[str]:
    return Counter({UNANSWERED: frame.height - _answered(frame).height})


def _preferred(answered: pl.DataFrame) -> Made:
    pairs = answered.filter(pl.col("outcome").cast(pl.String).is_in(["a", "b"]))
    return pairs, Counter({EVEN: answered.height - pairs.height})


def _sides(what: str) -> list[pl.Expr]:
    """Put the sides' columns where they belong: the preferred one is chosen."""
    suffix = "_model" if what == "model" else ""
    a, b = (pl.col(f"{what}_{side}") for side in "ab")
    if what == "model":
        a, b = a.cast(pl.String), b.cast(pl.String)
    won = pl.col("outcome") == Outcome.A
    return [
        pl.when(won).then(a).otherwise(b).alias(f"chosen{suffix}"),
        pl.when(won).then(b).otherwise(a).alias(f"rejected{suffix}"),
    ]
