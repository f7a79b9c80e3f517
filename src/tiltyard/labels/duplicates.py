"""Prompts that were asked before: the same words, or nearly.

Prompts are equal when their words are, whatever the case, the spaces and what stands at the ends.
Nearly equal are those whose runs of five characters agree by seven tenths (Jaccard), estimated by
the minima of 64 hash functions (Broder 1997). Sixteen bands of four minima each find the
candidates: two prompts that agree by seven tenths share a band in 99 of 100 cases.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import polars as pl

from tiltyard.labels.labeller import ColumnType

LABELLER = "duplicates"
VERSION = "minhash@2"
COLUMNS: Mapping[str, ColumnType] = MappingProxyType(
    {"duplicate_of": pl.String, "near_duplicate_of": pl.String, "prompt_copies": pl.Int64}
)

BATTLES = ("duplicate_of", "near_duplicate_of")
"""The columns that name other battles."""

READ_CHARS = 10_000
"""The published sets call two prompts the same that share this many characters."""
RUN = 5
HASHES, BANDS = 64, 16
ALIKE = 0.7

_DRAW = np.random.default_rng(61)
_FACTORS = _DRAW.integers(1, 1 << 31, HASHES, dtype=np.uint64)
_SHIFTS = _DRAW.integers(0, 1 << 31, HASHES, dtype=np.uint64)

Minima = npt.NDArray[np.uint32]


class Copies:
    """Whose labels these are. No labeller: one would not know what other battles asked."""

    name = LABELLER
    version = VERSION
    columns = COLUMNS


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is remembered of a prompt.

    Attributes
    ----------
    key
        A digest of its words: equal prompts have equal keys.
    minima
        Shape (64,). The least value of each hash function over its runs of characters.
    """

    key: str
    minima: Minima

    @property
    def bands(self) -> tuple[int, ...]:
        """Sixteen numbers; prompts that share one may be nearly equal."""
        rows = self.minima.reshape(BANDS, -1)
        return tuple(
            int.from_bytes(
                hashlib.blake2b(
                    row.tobytes(), digest_size=8, person=f"{VERSION}/{place}".encode()
                ).digest(),
                "big",
                signed=True,
            )
            for place, row in enumerate(rows)
        )


def fingerprint(prompt: str) -> Fingerprint:
    """Take the fingerprint of a prompt.

    >>> fingerprint("Why is the  SKY blue?").key == fingerprint("why is the sky blue ?!").key
    True
    """
    words = re.sub(r"\s+", " ", prompt[:READ_CHARS].casefold()).strip()
    plain = re.sub(r"[\s.,;:!?\u3002\uff1f\uff01]+$", "", words) or words
    key = hashlib.sha256(f"{VERSION}\n{plain}".encode("utf-8", "replace")).hexdigest()[:32]
    return Fingerprint(key, _minima(plain))


def alike(minima: Minima, others: Sequence[Minima]) -> npt.NDArray[np.bool_]:
    """Say which of the others are nearly equal to a prompt: shape (N,)."""
    if not others:
        return np.zeros(0, np.bool_)
    return np.asarray((np.stack(others) == minima).mean(axis=1) >= ALIKE)


def _minima(text: str) -> Minima:
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    runs = max(1, codes.size - RUN + 1)
    hashes = np.zeros(runs, np.uint64)
    for place in range(min(RUN, codes.size)):
        hashes = hashes * np.uint64(1_000_003) + codes[place : place + runs]
    distinct = np.unique(hashes ^ (hashes >> np.uint64(29)))
    spread = distinct[:, None] * _FACTORS + _SHIFTS
    return np.asarray((spread >> np.uint64(32)).min(axis=0).astype(np.uint32))
