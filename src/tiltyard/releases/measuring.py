"""Measure conversations that go out, as LMArena's sets say it in `conv_metadata`.

What is measured is what goes out: up to the vote, and after redaction. Tokens are words and
punctuation marks, since the same must hold for all models.
"""

from dataclasses import dataclass

import polars as pl

from tiltyard.battles.codecs.arena_140k import FULL
from tiltyard.battles.codecs.codec import PART
from tiltyard.labels.markdown_counts import count_all_levels, count_all_regex
from tiltyard.labels.style import WORDS

HEADERS = tuple(f"h{level}" for level in range(1, 7))
LISTS = {"ordered": "ordered", "unordered": "unordered"}
BOLD = {"**": "stars", "__": "underscores"}


@dataclass(frozen=True, slots=True)
class Measured:
    """What one side's conversations measure, a row each; null where there is no conversation.

    Attributes
    ----------
    messages
        All messages, one below the other: `row`, `turn`, `role`, `content`, `num_tokens`.
    tokens
        Columns `asked` and `answered`, all messages of the person and all answers, and `context`,
        what was said before the last answer.
    marks
        Columns `header_count`, `list_count` and `bold_count`, structs as they are published.
    """

    messages: pl.DataFrame
    tokens: pl.DataFrame
    marks: pl.DataFrame

    def conversations(self, message: pl.Expr) -> pl.Series:
        """Put the messages of each row together again, each in the shape that is given."""
        said = self.messages.group_by("row", maintain_order=True).agg(message.alias("said"))
        rows = pl.int_range(self.tokens.height, eager=True, dtype=pl.UInt32).alias("row")
        return rows.to_frame().join(said, on="row", how="left", maintain_order="left")["said"]


def measure(conversations: pl.Series) -> Measured:
    """Measure the conversations of one side: lists of `role` and `content`."""
    rows = pl.int_range(conversations.len(), eager=True, dtype=pl.UInt32).alias("row").to_frame()
    messages = _messages(rows.with_columns(said=conversations))
    answer, ask = (pl.col("role") == role for role in ("assistant", "user"))
    tokens = pl.col("num_tokens")
    found = messages.group_by("row", maintain_order=True).agg(
        tokens.filter(ask).sum().alias("asked"),
        tokens.filter(answer).sum().alias("answered"),
        (tokens.sum() - tokens.filter(answer).last().fill_null(0)).alias("context"),
        pl.col("content").filter(answer).str.join("\n").alias("answers"),
    )
    whole = rows.join(found, on="row", how="left", maintain_order="left")
    return Measured(messages, whole.drop("row", "answers"), _marks(whole["answers"]))


def _messages(rows: pl.DataFrame) -> pl.DataFrame:
    said = rows.filter(pl.col("said").list.len() > 0).explode("said").unnest("said")
    content = pl.col("content").fill_null("")
    return said.select(
        "row",
        "role",
        content,
        turn=(pl.col("role") == "user").cum_sum().over("row"),
        num_tokens=content.str.count_matches(WORDS).cast(pl.Int64),
    )


def _marks(answers: pl.Series) -> pl.DataFrame:
    """Count what the published expressions find in all answers of a side together."""
    counts = count_all_regex(answers.fill_null(""))
    levels = _levels(answers, counts["headers"])
    groups = {
        "header_count": pl.struct(pl.lit(one) for one in levels),
        "list_count": pl.struct(pl.col(ours).alias(name) for name, ours in LISTS.items()),
        "bold_count": pl.struct(pl.col(ours).alias(name) for name, ours in BOLD.items()),
    }
    known = answers.is_not_null()
    return counts.select(pl.when(known).then(one).alias(name) for name, one in groups.items())


def _levels(answers: pl.Series, headers: pl.Series) -> list[pl.Series]:
    """Count headers by level, looking only at texts that have any."""
    rows = (headers > 0).arg_true()
    found = count_all_levels(answers.gather(rows))
    none = pl.repeat(0, answers.len(), dtype=pl.Int64, eager=True)
    return [none.clone().scatter(rows, found[name]).alias(name) for name in HEADERS]


def of_parts() -> pl.Expr:
    """Shape a message of :attr:`Measured.messages` as the 140k set has it."""
    part = pl.struct(
        pl.lit("text").alias("type"),
        pl.col("content").alias("text"),
        pl.lit(None, pl.String).alias("image"),
        pl.lit(None, pl.String).alias("mimeType"),
    ).cast(PART)
    return pl.struct("role", pl.concat_list(part).alias("content"))


def counted_parts() -> pl.Expr:
    """Shape a message as the 140k set has those of side b, with its tokens."""
    return pl.struct(of_parts().struct.unnest(), pl.col("num_tokens").cast(pl.Int32))


def full_conversation(a: Measured, b: Measured) -> pl.Series:
    """Lay both sides' conversations out turn by turn, as the 140k set does."""
    key = ["row", "turn"]
    answers = {
        f"model_side_{side}": one.messages.filter(pl.col("role") == "assistant").select(
            *key, of_parts().alias(f"model_side_{side}")
        )
        for side, one in (("a", a), ("b", b))
    }
    turns = a.messages.filter(pl.col("role") == "user").select(*key, of_parts().alias("user"))
    for answered in answers.values():
        last = answered.unique(key, keep="last", maintain_order=True)
        turns = turns.join(last, on=key, how="left", maintain_order="left")
    both = turns.group_by("row", maintain_order=True).agg(pl.struct("user", *answers).alias("full"))
    rows = pl.int_range(a.tokens.height, eager=True, dtype=pl.UInt32).alias("row").to_frame()
    return rows.join(both, on="row", how="left", maintain_order="left")["full"].cast(FULL)
