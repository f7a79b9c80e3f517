"""Digits, spaces and dashes of all scripts as those of ASCII, so that one rule reads them all."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import polars as pl

FULLWIDTH, TO_ASCII = range(0xFF01, 0xFF5F), 0xFEE0
PLANE = range(0x80, 0x10000)
SPACES_AND_DASHES = {"Zs": " ", "Pd": "-"}
MINUS = "\u2212"
UNSPACED = "\\u0e00-\\u0eff\\u3040-\\u30ff\\u3400-\\u9fff\\uac00-\\ud7af"
"""Letters of scripts without spaces between words."""
BEGINS, ENDS = rf"(?<![^\W_{UNSPACED}])", rf"(?![^\W_{UNSPACED}])"
"""No letter and no digit beside it; an underscore is emphasis or a name's."""


def folded(text: str) -> str:
    """Write digits, spaces, dashes and full-width signs in ASCII; every place stays the same.

    >>> folded("\u0664\u0661\u00a0\u2013\uff20")
    '41 -@'
    """
    if text.isascii():
        return text
    return re.sub(_foldable(), lambda found: _folds()[found[0]], text)


def all_folded(texts: Sequence[str]) -> list[str]:
    """Fold many texts; the engine of polars, which reads all at once, says which need it."""
    plain = list(texts)
    rows = [row for row, text in enumerate(texts) if not text.isascii()]
    wide = pl.Series([texts[row] for row in rows], dtype=pl.String)
    for place in wide.str.contains(_foldable()).arg_true():
        plain[rows[place]] = folded(texts[rows[place]])
    return plain


@cache
def _foldable() -> str:
    return f"[{''.join(_folds())}]"


@cache
def _folds() -> Mapping[str, str]:
    return dict(_each_fold())


def _each_fold() -> Iterator[tuple[str, str]]:
    yield MINUS, "-"
    for character in map(chr, PLANE):
        kind = unicodedata.category(character)
        if ord(character) in FULLWIDTH:
            yield character, chr(ord(character) - TO_ASCII)
        elif kind in SPACES_AND_DASHES:
            yield character, SPACES_AND_DASHES[kind]
        elif kind == "Nd":
            yield character, str(unicodedata.decimal(character))
