"""Texts as vectors of hashed n-grams: what a linear classifier reads, with nothing to download.

All n-grams of a batch are hashed at once. With code points ``c`` and an odd ``p``, the prefix sums
``H[i] = sum(c[j] * p**j for j < i)`` modulo 2**64 give every stretch of text its hash,
``(H[end] - H[start]) * p**-start``: the polynomial hash of Karp & Rabin (1987).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

WIDTHS = (2, 3, 4, 5)
"""How many characters an n-gram has; words and pairs of words are taken beside them."""
BITS = 18
READ_CHARS = 4_000
"""What a prompt is about stands at its beginning."""

Indices = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

_ODD = _SALT = 0x9E3779B97F4A7C15
_MIX = np.uint64(0xD6E8FEB86659FD93)
_END = "\0"
_WORD, _WORD_PAIR = 1_000, 1_001


class _Stretches(NamedTuple):
    """Stretches of the joined text, all of one kind."""

    kind: int
    starts: Indices
    ends: Indices


def hashed_ngrams(texts: Sequence[str], *, bits: int = BITS) -> sparse.csr_array:
    """Count the n-grams of texts in lower case, as logarithms.

    Parameters
    ----------
    texts
        N texts; of each the first 4,000 characters are read.
    bits
        The vectors have 2**bits places; n-grams that share one are added up.

    Returns
    -------
    scipy.sparse.csr_array
        Shape (N, 2**bits); ``log(1 + count)`` of runs of 2 to 5 characters, of words and of pairs
        of neighbouring words.
    """
    joined = "".join(f" {_readable(text)} {_END}" for text in texts)
    if not joined:
        return sparse.csr_array((0, 1 << bits))
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    text_of = np.searchsorted(np.flatnonzero(codes == 0), np.arange(codes.size))
    found = [*_runs(codes, text_of), *_words(joined, text_of)]
    rows = np.concatenate([text_of[stretches.starts] for stretches in found])
    return _log_counts(rows << bits | _places(codes, found, bits), len(texts), bits)


def _readable(text: str) -> str:
    return text[:READ_CHARS].lower().replace(_END, " ")


def _runs(codes: npt.NDArray[np.uint32], text_of: Indices) -> list[_Stretches]:
    found = []
    for width in WIDTHS:
        starts = np.arange(max(0, codes.size - width + 1))
        last = starts + width - 1
        whole = (text_of[starts] == text_of[last]) & (codes[last] != 0)
        found.append(_Stretches(width, starts[whole], last[whole] + 1))
    return found


def _words(joined: str, text_of: Indices) -> list[_Stretches]:
    letters = np.fromiter(map(str.isalnum, joined), bool, len(joined))
    starts = np.flatnonzero(letters[1:] & ~letters[:-1]) + 1
    ends = np.flatnonzero(letters[:-1] & ~letters[1:]) + 1
    together = text_of[starts[:-1]] == text_of[starts[1:]]
    return [
        _Stretches(_WORD, starts, ends),
        _Stretches(_WORD_PAIR, starts[:-1][together], ends[1:][together]),
    ]


def _places(codes: npt.NDArray[np.uint32], found: Sequence[_Stretches], bits: int) -> Indices:
    prefix = np.zeros(codes.size + 1, np.uint64)
    np.cumsum((codes + np.uint64(1)) * _powers(_ODD, codes.size), out=prefix[1:])
    back = _powers(pow(_ODD, -1, 1 << 64), codes.size + 1)
    places = []
    for kind, starts, ends in found:
        salt = np.uint64(kind * _SALT % (1 << 64))
        hashes = (prefix[ends] - prefix[starts]) * back[starts] ^ salt
        places.append(_mixed(hashes) >> np.uint64(64 - bits))
    return np.concatenate(places).astype(np.int64)


def _log_counts(keys: Indices, texts: int, bits: int) -> sparse.csr_array:
    """Count equal keys: sorting them all at once is faster than sorting each row."""
    keys.sort()
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    counts = np.diff(first, append=keys.size)
    distinct = keys[first]
    rows_begin = np.searchsorted(distinct, np.arange(texts + 1) << bits)
    places = distinct & ((1 << bits) - 1)
    return sparse.csr_array((np.log1p(counts), places, rows_begin), (texts, 1 << bits))


def _powers(base: int, count: int) -> Hashes:
    powers = np.full(count, base, np.uint64)
    powers[:1] = 1
    return np.cumprod(powers)


def _mixed(hashes: Hashes) -> Hashes:
    """Spread every bit over the upper ones, from which the place is taken."""
    hashes ^= hashes >> np.uint64(32)
    hashes *= _MIX
    return hashes ^ (hashes >> np.uint64(32))
