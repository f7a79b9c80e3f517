"""Ids of imported battles: the same vote has the same one, however often it is imported."""

import hashlib
import hmac
from collections.abc import Iterable

import polars as pl

from tiltyard.imports.batches import COPY
from tiltyard.imports.contents import content_hashes

HASH_BYTES = 9
MOST_TIME = (1 << 48) - 1


class Keys:
    """Gives the votes of one file their ids, and marks those that repeat another's.

    A vote with an id is known by it, its turn and its voter; one without by all that its row says
    and how many rows before it in the file say the same. An id begins with the vote's time (or how
    many said the same), so that a database finds the ids of one batch near each other; the rest is
    a hash (UUID version 8).

    Parameters
    ----------
    source
        Ids of one source say nothing about another.
    secret
        Without it nobody can find out by trying whose vote an id belongs to.
    """

    def __init__(self, source: str, secret: bytes) -> None:
        self._source = source
        self._key = hmac.digest(secret, b"what imported rows say", "sha256")
        self._met = pl.Series("hash", [], pl.UInt64)
        self._said = pl.DataFrame(schema={"content": pl.UInt64, "times": pl.UInt32})

    def of(self, frame: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
        """Return ids as 32 hexadecimal digits, and whether each was met before in this file.

        Parameters
        ----------
        frame
            Of the battles table, with pseudonyms in `voter`.
        """
        contents = content_hashes(frame, self._key)
        before = self._before(contents)
        hashes = list(self._hashes(frame, contents, before))
        times = frame["voted_at"].dt.epoch("ms").clip(0, MOST_TIME)
        places = times.fill_null(before.cast(pl.Int64))
        ids = [_id(place, hash_) for place, hash_ in zip(places, hashes, strict=True)]
        heads = [int.from_bytes(hash_[:8]) for hash_ in hashes]
        return pl.Series("id", ids, pl.String), self._repeated(pl.Series(heads, dtype=pl.UInt64))

    def _before(self, contents: pl.Series) -> pl.Series:
        """Count how often each content was there before in the file; 0 of rows with an id."""
        here = contents.to_frame().with_columns(
            before=pl.int_range(pl.len(), dtype=pl.UInt32).over("content")
        )
        earlier = self._said.filter(pl.col("content").is_in(contents.unique().implode()))
        earlier = earlier.group_by("content").agg(pl.col("times").sum())
        counted = here.join(earlier, on="content", how="left", maintain_order="left")
        now = here.drop_nulls().group_by("content").len("times")
        self._said = pl.concat([self._said, now])
        before = pl.col("before") + pl.col("times").fill_null(0)
        known = pl.when(pl.col("content").is_not_null()).then(before).otherwise(0)
        return counted.select(known.alias("before")).to_series()

    def _hashes(
        self, frame: pl.DataFrame, contents: pl.Series, before: pl.Series
    ) -> Iterable[bytes]:
        names = frame.select(pl.col("battle_id", "turn", "voter").cast(pl.String), COPY)
        said = zip(names.iter_rows(), contents, before, strict=True)
        for (battle, turn, voter, copy), content, times in said:
            parts = (content, times) if battle is None else ("", battle, turn, voter, copy)
            text = "\x1f".join(map(str, (self._source, *parts)))
            yield hashlib.blake2b(text.encode(), digest_size=HASH_BYTES).digest()

    def _repeated(self, hashes: pl.Series) -> pl.Series:
        repeated = ~hashes.is_first_distinct() | hashes.is_in(self._met.implode())
        self._met = pl.concat([self._met, hashes.filter(~repeated).alias("hash")])
        return repeated


def _id(place: int, hash_: bytes) -> str:
    digits = hash_.hex()
    return f"{place:012x}8{digits[:3]}a{digits[3:]}"
