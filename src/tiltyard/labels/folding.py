"""Digits, spaces and dashes of all scripts as those of ASCII, so that one rule reads them all.

Signs that nobody sees, such as spaces without width, hide nothing from it: a text that has some is
read as it is and once more without them.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import polars as pl

FULLWIDTH, TO_ASCII = range(0xFF01, 0xFF5F), 0xFEE0
PLANE = range(0x80, 0x10000)
SPACES_AND_DASHES = {"Zs": " ", "Pd": "-"}
MINUS = "\u2212"
INVISIBLE = (
    "\\u00ad\\u034f\\u061c\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u206f"
    "\\ufe00-\\ufe0f\\ufeff"
)
"""Without width: separators, joiners, soft hyphens, directions, variants."""
UNSPACED = "\\u0e00-\\u0eff\\u3040-\\u30ff\\u3400-\\u9fff\\uac00-\\ud7af"
"""Letters of scripts without spaces between words."""
BEGINS, ENDS = rf"(?<![^\W_{UNSPACED}])", rf"(?![^\W_{UNSPACED}])"
"""No letter and no digit beside it; an underscore is emphasis or a name's."""


class Folding(NamedTuple):
    """A folded text, and where each of its characters stands in the text."""

    text: str
    places: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Say which stretch of the text a stretch of the folded one is; none is empty."""
        return self.places[start], self.places[end - 1] + 1


def foldings(text: str) -> list[Folding]:
    r"""Write digits, spaces, dashes and full-width signs in ASCII; once more without the invisible.

    >>> [folding.text for folding in foldings("\u0664\u0661\u00a0\u2013\u200b\uff20")]
    ['41 -\u200b@', '41 -@']
    """
    places = range(len(text))
    if text.isascii():
        return [Folding(text, places)]
    hidden: set[int] = set()

    def seen(found: re.Match[str]) -> str:
        sign = _folds().get(found[0])
        if sign is None:
            hidden.add(found.start())
        return sign or found[0]

    plain = re.sub(_foldable(), seen, text)
    if not hidden:
        return [Folding(plain, places)]
    shown = [place for place in places if place not in hidden]
    return [Folding(plain, places), Folding("".join(plain[place] for place in shown), shown)]


def all_folded(texts: Sequence[str]) -> list[str]:
    """Fold many texts, all foldings of one as lines of one: to see what is there, not where.

    The engine of polars, which reads all at once, says which need it.
    """
    plain = list(texts)
    rows = [row for row, text in enumerate(texts) if not text.isascii()]
    wide = pl.Series([texts[row] for row in rows], dtype=pl.String)
    for place in wide.str.contains(_foldable()).arg_true():
        plain[rows[place]] = "\n".join(each.text for each in foldings(texts[rows[place]]))
    return plain


@cache
def _foldable() -> str:
    return f"[{''.join(_folds())}{INVISIBLE}]"


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
