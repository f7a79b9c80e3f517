"""Votes as training data, in the columns that TRL's trainers read.

Messages are lists of `role` and `content`. What people said of two answers becomes training data
only where it says so plainly; what does not is counted.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from tiltyard.battles.outcome import Outcome

Made = tuple[pl.DataFrame, Counter[str]]

UNANSWERED = "an answer is missing or empty"
STOPPED = "an answer was stopped before its end"
EVEN = "a tie or both-bad vote prefers neither answer"
TIE = "a tie calls neither answer good or bad"
DIFFERENT = "the two sides had different conversations before their last answers"
PAIR = ("chosen", "rejected", "chosen_model", "rejected_model")
KEPT = ("battle_id", "turn", "language")


@dataclass(frozen=True, slots=True)
class TrainingFormat:
    """A format of training data.

    Parameters
    ----------
    trainer
        Which of TRL's trainers reads it.
    keep
        Tells the votes that teach something from the others, and counts those by why not.
    rows
        Makes rows of votes that teach something.
    """

    trainer: str
    keep: Callable[[pl.DataFrame], Made]
    rows: Callable[[pl.DataFrame], pl.DataFrame]

    def __call__(self, frame: pl.DataFrame) -> Made:
        """Make rows of the votes that teach something, and count the others."""
        kept, left_out = self.keep(frame)
        return self.rows(kept), left_out

    def teaching(self, frame: pl.DataFrame) -> Made:
        """Keep the votes that have rows, as they are, and count the others."""
        kept, left_out = self.keep(frame)
        return kept.select(frame.columns), left_out


def _keep_preferred(frame: pl.DataFrame) -> Made:
    answered, left_out = _answered(frame)
    kept = answered.filter(pl.col("outcome").cast(pl.String).is_in(["a", "b"]))
    left_out[EVEN] = answered.height - kept.height
    return kept, left_out


def _keep_same_prompt(frame: pl.DataFrame) -> Made:
    preferred, left_out = _keep_preferred(frame)
    kept = preferred.filter(pl.col("prompt_a") == pl.col("prompt_b"))
    left_out[DIFFERENT] = preferred.height - kept.height
    return kept, left_out


def _keep_judged(frame: pl.DataFrame) -> Made:
    answered, left_out = _answered(frame)
    kept = answered.filter(pl.col("outcome") != Outcome.TIE)
    left_out[TIE] = answered.height - kept.height
    return kept, left_out


def _pairs_of_answers(kept: pl.DataFrame) -> pl.DataFrame:
    """Give pairs of answers to one conversation: `prompt`, `chosen`, `rejected`.

    Only battles whose sides have said the same until then: with one turn, that is all of them.
    """
    made = kept.with_columns(*_sides("answer"), *_sides("model"), prompt="prompt_a")
    return made.select("prompt", *PAIR, *KEPT)


def _pairs_of_conversations(kept: pl.DataFrame) -> pl.DataFrame:
    """Give pairs of whole conversations, `chosen` and `rejected`, whose prompt is what they share.

    Several turns, in which the sides had conversations of their own, are in it too.
    """
    made = kept.with_columns(*_sides("conversation"), *_sides("model"))
    return made.select(*PAIR, *KEPT)


def _single_answers(kept: pl.DataFrame) -> pl.DataFrame:
    """Give single answers that were called good or bad: `prompt`, `completion`, `label`.

    The answer preferred is good and the other bad; of a both-bad vote both are bad.
    """
    made = [
        kept.select(
            pl.col(f"prompt_{side}").alias("prompt"),
            pl.col(f"answer_{side}").alias("completion"),
            (pl.col("outcome") == side).alias("label"),
            pl.col(f"model_{side}").cast(pl.String).alias("model"),
            *KEPT,
            pl.lit(side).alias("side"),
        )
        for side in "ab"
    ]
    return pl.concat(made).sort("battle_id", "turn", "side").drop("side")


FORMATS: Mapping[str, TrainingFormat] = {
    "dpo": TrainingFormat("DPOTrainer", _keep_same_prompt, _pairs_of_answers),
    "kto": TrainingFormat("KTOTrainer", _keep_judged, _single_answers),
    "reward": TrainingFormat("RewardTrainer", _keep_preferred, _pairs_of_conversations),
}
"""The formats by name."""


def _answered(frame: pl.DataFrame) -> Made:
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
    answered = split.filter(_is_answered("a") & _is_answered("b"))
    kept = answered.filter(pl.col("ended_a") & pl.col("ended_b"))
    return kept, Counter(
        {UNANSWERED: frame.height - answered.height, STOPPED: answered.height - kept.height}
    )


def _is_answered(side: str) -> pl.Expr:
    last = pl.col(f"answer_{side}").list.first()
    said = (last.struct.field("role") == "assistant") & (last.struct.field("content") != "")
    return said.fill_null(value=False) & (pl.col(f"prompt_{side}").list.len() > 0)


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
