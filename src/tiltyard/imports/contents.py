"""What the rows of a file say, as hashes: how rows without ids are told apart."""

import hashlib

import polars as pl

from tiltyard.imports.batches import COPY, ROW

FIELD, NAMED = "\x1e", "\x1f"
COUNTED = ("count", ROW, COPY)
"""Columns that say where and how often a row is, not what it says."""


def content_hashes(frame: pl.DataFrame, key: bytes) -> pl.Series:
    """Hash all that each row without an id says; null for rows with one.

    The hash is the same in another file where columns stand in another order, or where numbers
    of a column are all whole.

    Parameters
    ----------
    frame
        Of the battles table.
    key
        Of at most 64 bytes: rows may say who voted.
    """
    nameless = frame["battle_id"].is_null()
    texts = pl.Series(pl.repeat(None, frame.height, dtype=pl.String, eager=True))
    if nameless.any():
        names = sorted(name for name in frame.columns if name not in COUNTED)
        fields = [_field(column) for column in frame.filter(nameless).select(names)]
        said = pl.concat_str(fields, separator=FIELD, ignore_nulls=True)
        texts = texts.scatter(nameless.arg_true(), pl.select(said).to_series())
    hashes = [None if text is None else _hash(text, key) for text in texts]
    return pl.Series("content", hashes, pl.UInt64)


def _field(column: pl.Series) -> pl.Series:
    """Write a column's name and cells as text; null where nothing is told."""
    if not _is_plain(column.dtype):
        cells = [None if cell is None else repr(cell) for cell in column]
        text = pl.Series(cells, dtype=pl.String)
    elif column.dtype.is_nested():
        encoded = column.to_frame("cell").to_struct().struct.json_encode()
        text = encoded.set(column.is_null(), None)
    else:
        text = (column.cast(pl.Float64) if column.dtype.is_numeric() else column).cast(pl.String)
    return pl.select(pl.concat_str(pl.lit(column.name + NAMED), text)).to_series()


def _is_plain(dtype: object) -> bool:
    """Say whether polars can write this type as text."""
    if isinstance(dtype, pl.Struct):
        return all(_is_plain(field) for field in dtype.to_schema().values())
    if isinstance(dtype, pl.List | pl.Array):
        return _is_plain(dtype.inner)
    return not isinstance(dtype, pl.Binary | pl.Duration | pl.Object)


def _hash(text: str, key: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), key=key, digest_size=8).digest())
