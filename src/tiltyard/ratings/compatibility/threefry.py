"""The counter-based random streams of JAX: Threefry-2x32 with 20 rounds, in 64-bit mode.

Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3". How keys are split
and bits become numbers follows jax.random with partitionable keys, its default since JAX 0.5.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from tiltyard.ratings.pair_counts import Floats, Indices

Words = npt.NDArray[np.uint32]
LongWords = npt.NDArray[np.uint64]
ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY = np.uint32(0x1BD11BDA)


@dataclass(frozen=True, slots=True)
class Key:
    """A stream of random numbers; the same key gives the same numbers."""

    high: np.uint32
    low: np.uint32

    @classmethod
    def from_seed(cls, seed: int) -> Self:
        """Take the two halves of a 64-bit seed."""
        return cls(np.uint32(seed >> 32 & 0xFFFFFFFF), np.uint32(seed & 0xFFFFFFFF))

    def split(self, number: int) -> list["Key"]:
        """Derive independent keys."""
        high, low = self._words(number)
        return [Key(one, two) for one, two in zip(high, low, strict=True)]

    def bits(self, size: int) -> LongWords:
        """Shape (size,). Uniform 64-bit words."""
        high, low = self._words(size)
        return high.astype(np.uint64) << np.uint64(32) | low.astype(np.uint64)

    def uniform(self, size: int) -> Floats:
        """Shape (size,). Uniform numbers in [0, 1), multiples of 2**-52."""
        one = np.float64(1).view(np.uint64)
        return (self.bits(size) >> np.uint64(12) | one).view(np.float64) - 1.0

    def below(self, limit: int, size: int) -> Indices:
        """Shape (size,). Integers in 0 … limit-1, from 128 bits each modulo `limit`."""
        high, low = (key.bits(size) for key in self.split(2))
        span = np.uint64(limit)
        factor = np.uint64((2**32 % limit) ** 2 % 2**64 % limit)
        return ((high % span * factor + low % span) % span).astype(np.int64)

    def _words(self, size: int) -> tuple[Words, Words]:
        place = np.arange(size, dtype=np.uint64)
        high = (place >> np.uint64(32)).astype(np.uint32)
        return _threefry(self, high, place.astype(np.uint32))


def _threefry(key: Key, first: Words, second: Words) -> tuple[Words, Words]:
    """Encrypt pairs of counters: five times four rounds, a key injection after each four."""
    keys = (key.high, key.low, key.high ^ key.low ^ PARITY)
    one, two = first + keys[0], second + keys[1]
    for block in range(5):
        for turn in ROTATIONS[block % 2]:
            one = one + two
            two = (two << np.uint32(turn) | two >> np.uint32(32 - turn)) ^ one
        one = one + keys[(block + 1) % 3]
        two = two + keys[(block + 2) % 3] + np.uint32(block + 1)
    return one, two
