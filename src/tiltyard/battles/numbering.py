"""Number codes without gaps, in the order in which they are met."""

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.integer]
Numbers = npt.NDArray[np.int32]

UNMET = -1


class Numbering:
    """Codes of a dictionary that others use too, as the numbers 0, 1, 2 … of those met here.

    Counting by code costs memory by the largest code, and a shared dictionary may be large.
    """

    def __init__(self) -> None:
        self._number: Numbers = np.empty(0, np.int32)
        self._met: list[Codes] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def of(self, codes: Codes) -> Numbers:
        """Return the numbers of codes, giving the next ones to those that are new."""
        if codes.size == 0:
            return np.empty(0, np.int32)
        self._make_room(1 + int(codes.max()))
        numbers = self._number[codes]
        if numbers.min() == UNMET:
            fresh = np.unique(codes[numbers == UNMET])
            self._number[fresh] = np.arange(self._count, self._count + fresh.size)
            self._met.append(fresh)
            self._count += fresh.size
            numbers = self._number[codes]
        return numbers

    @property
    def codes(self) -> Codes:
        """The codes met, by number."""
        return np.concatenate(self._met) if self._met else np.empty(0, np.uint32)

    def _make_room(self, size: int) -> None:
        if size > self._number.size:
            room = np.full(max(size, 2 * self._number.size) - self._number.size, UNMET, np.int32)
            self._number = np.concatenate([self._number, room])
