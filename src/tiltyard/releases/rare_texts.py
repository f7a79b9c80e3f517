"""Free text that only few people wrote: what one person alone wrote may say who it was."""

from dataclasses import dataclass
from typing import Literal

import polars as pl

RarePrompts = Literal["keep", "withhold"]


@dataclass(frozen=True, slots=True)
class RareTexts:
    """The rule for free text.

    Parameters
    ----------
    k
        A text is common when at least so many voters wrote it, case and spaces aside.
    prompts
        Whether conversations that begin with a rare prompt keep their words.
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
                "Conversations are released whoever began them, after personal data was removed."
            )
        return comments, (
            f"The words of a conversation are released only where at least {self.k} voters "
            "began one with the same message, case and spaces aside; of the others, the vote."
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
    """Say of each text whether it is among the common ones."""
    return _hashes(texts).is_in(common.implode()).fill_null(value=False)


def first_messages(frame: pl.DataFrame) -> pl.Series:
    """Return what each conversation began with."""
    opening = pl.col("conversation_a").list.first().struct.field("content")
    return frame.select(opening.alias("opening")).to_series()


def _hashes(texts: pl.Series) -> pl.Series:
    plain = texts.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    return plain.hash()
