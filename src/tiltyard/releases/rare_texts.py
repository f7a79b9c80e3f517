"""Free text that only few people wrote: what one person alone wrote may say who it was."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Self

import polars as pl

RarePrompts = Literal["keep", "withhold"]


@dataclass(frozen=True, slots=True)
class RareTexts:
    """The rule for free text.

    Parameters
    ----------
    k
        A text is common when at least this many voters wrote it, case and spaces aside.
    prompts
        Whether conversations keep their words in which somebody wrote a rare message.
    """

    k: int
    prompts: RarePrompts

    @property
    def sentences(self) -> tuple[str, ...]:
        """The rule in words, for whoever reads the release."""
        comments = (
            f"A comment is released only where at least {self.k} voters wrote the same one, "
            "case and spaces aside."
        )
        if self.prompts == "keep":
            return comments, (
                "Conversations are released whoever wrote them, after personal data was removed."
            )
        return comments, (
            "The words of a conversation are released only where each of its person's messages was "
            f"written by at least {self.k} voters, case and spaces aside; of the others, the vote."
        )


class Writers:
    """Who wrote which texts: counts distinct voters by text, by hashes, over many frames."""

    def __init__(self) -> None:
        self._met: list[pl.DataFrame] = []

    def add(self, texts: pl.Series, voters: pl.Series) -> None:
        """Count texts, each with its writer; a voter who is not known is nobody."""
        pairs = pl.DataFrame({"text": _hashes(texts), "voter": voters.cast(pl.String).hash()})
        known = texts.is_not_null() & voters.is_not_null()
        self._met.append(pairs.filter(known).unique())

    def common(self, k: int) -> pl.Series:
        """Return the hashes of texts that at least `k` voters wrote."""
        if not self._met:
            return pl.Series(dtype=pl.UInt64)
        counted = pl.concat(self._met).unique().group_by("text").len()
        return counted.filter(pl.col("len") >= k)["text"]


def is_common(texts: pl.Series, common: pl.Series) -> pl.Series:
    """Say of each text whether it is among the common ones; no words, as of a picture, are not."""
    return (_hashes(texts).is_in(common.implode()) & (texts != "")).fill_null(value=False)


def user_messages(frame: pl.DataFrame) -> pl.Series:
    """Return what people wrote in each conversation: a list of messages."""
    message = pl.element()
    asked = message.filter(message.struct.field("role") == "user").struct.field("content")
    return frame.select(pl.col("conversation_a").list.eval(asked).alias("asked")).to_series()


@dataclass(frozen=True, slots=True)
class CommonTexts:
    """What at least this many voters wrote, by hashes.

    Attributes
    ----------
    comments, messages
        Of comments, and of messages anywhere in a conversation.
    """

    comments: pl.Series
    messages: pl.Series

    @classmethod
    def of(cls, frames: Iterable[pl.DataFrame], rule: RareTexts) -> Self:
        """Look through all votes of a release."""
        comments, messages = Writers(), Writers()
        for frame in frames:
            comments.add(frame["comment"], frame["voter"])
            if rule.prompts == "withhold":
                said = frame.select("voter", user_messages(frame)).explode("asked")
                messages.add(said["asked"], said["voter"])
        return cls(comments.common(rule.k), messages.common(rule.k))

    def without_rare_comments(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
        """Take away the comments that are rare; say how many."""
        written = frame["comment"].is_not_null()
        kept = is_common(frame["comment"], self.comments)
        commented = frame.with_columns(comment=pl.when(kept).then(pl.col("comment")))
        return commented, int((written & ~kept).sum())

    def without_rare_words(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
        """Take away the conversations in which a message is rare; say how many."""
        said = frame["conversation_a"].is_not_null() | frame["conversation_b"].is_not_null()
        kept = self._are_common(user_messages(frame))
        words = ("conversation_a", "conversation_b")
        without = frame.with_columns(pl.when(kept).then(pl.col(name)).alias(name) for name in words)
        return without, int((said & ~kept).sum())

    def _are_common(self, asked: pl.Series) -> pl.Series:
        """Say in which conversations every message is common; where there is none, it is not."""
        rows = pl.int_range(asked.len(), eager=True).alias("row")
        each = pl.DataFrame([rows, asked.alias("asked")]).explode("asked", empty_as_null=True)
        found = each.with_columns(common=is_common(each["asked"], self.messages))
        return found.group_by("row", maintain_order=True).agg(pl.col("common").all())["common"]


def _hashes(texts: pl.Series) -> pl.Series:
    plain = texts.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    return plain.hash()
