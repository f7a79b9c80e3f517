"""Ids of imported battles: the same vote has the same one, however often it is imported."""

import hashlib
from collections.abc import Iterable

import polars as pl

from tiltyard.imports.batches import COPY, ROW

HASH_BYTES = 9
MOST_TIME = (1 << 48) - 1


class Keys:
    """Gives the votes of one file their ids, and marks those that repeat another's.

    A vote with an id is known by it, its turn and its voter; one without by its file's bytes and
    its place there. An id begins with the vote's time (or place), so that a database finds the ids
    of one batch near each other; the rest is a hash (UUID version 8).

    Parameters
    ----------
    source
        Ids of one source say nothing about another.
    file_sha256
        Digest of the file, for votes without an id.
    """

    def __init__(self, source: str, file_sha256: str) -> None:
        self._source = source
        self._file = file_sha256
        self._met = pl.Series("hash", [], pl.UInt64)

    def of(self, frame: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
        """Return ids as 32 hexadecimal digits, and whether each was met before in this file."""
        hashes = list(self._hashes(frame))
        times = frame["voted_at"].dt.epoch("ms").to_list()
        named = frame["battle_id"].is_not_null().to_list()
        ids = [
            _id(_place(time, row, has_name), hash_)
            for time, row, has_name, hash_ in zip(times, _rows(frame), named, hashes, strict=True)
        ]
        heads = [int.from_bytes(hash_[:8]) for hash_ in hashes]
        return pl.Series("id", ids, pl.String), self._repeated(pl.Series(heads, dtype=pl.UInt64))

    def _hashes(self, frame: pl.DataFrame) -> Iterable[bytes]:
        names = frame.select(pl.col("battle_id", "turn", "voter").cast(pl.String), ROW, COPY)
        for battle, turn, voter, row, copy in names.iter_rows():
            parts = (self._file, row, copy) if battle is None else ("", battle, turn, voter)
            text = "\x1f".join(map(str, (self._source, *parts)))
            yield hashlib.blake2b(text.encode(), digest_size=HASH_BYTES).digest()

    def _repeated(self, hashes: pl.Series) -> pl.Series:
        repeated = ~hashes.is_first_distinct() | hashes.is_in(self._met.implode())
        self._met = pl.concat([self._met, hashes.filter(~repeated).alias("hash")])
        return repeated


def _rows(frame: pl.DataFrame) -> list[int]:
    return frame[ROW].to_list()


def _place(time: int | None, row: int, has_name: bool) -> int:  # noqa: FBT001  # a column of truth
    if time is not None:
        return min(max(time, 0), MOST_TIME)
    return 0 if has_name else row


def _id(place: int, hash_: bytes) -> str:
    digits = hash_.hex()
    return f"{place:012x}8{digits[:3]}a{digits[3:]}"
