"""An order of votes that looks random, and that neither their order nor the machine changes."""

import hashlib

import polars as pl

IDENTIFYING = ("battle_id", "turn", "voter", "voted_at", "model_a", "model_b", "outcome")


def vote_hashes(frame: pl.DataFrame) -> list[bytes]:
    """Hash every vote: first by what identifies it, then, where that is the same, by all it has.

    Votes with the same hash are alike in every column, so it does not matter which of them stays.
    """
    known = frame.select(pl.col(IDENTIFYING).cast(pl.String)).rows()
    return [_digest(one) + _digest(row) for one, row in zip(known, frame.rows(), strict=True)]


def among_equals(frame: pl.DataFrame, key: pl.Expr, known: pl.Expr) -> pl.Series:
    """Give the hashes, in hexadecimal, of votes that share their key with another; others are null.

    Parameters
    ----------
    frame
        Of a battles table.
    key
        What votes are compared by.
    known
        The votes to compare.
    """
    shared = frame.select(known & key.is_duplicated()).to_series()
    hashes = pl.Series([one.hex() for one in vote_hashes(frame.filter(shared))], dtype=pl.String)
    rows = shared.arg_true()
    return pl.repeat(None, frame.height, dtype=pl.String, eager=True).scatter(rows, hashes)


def _digest(row: tuple[object, ...]) -> bytes:
    return hashlib.blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=16).digest()
