"""Which numbers of a sequence were seen, although some come later than higher ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Gap(NamedTuple):
    """A run of numbers that were not there when higher ones were, and since when."""

    first: int
    last: int
    since: float


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of rows that were read: all up to the highest, but for the gaps.

    A database gives numbers out before a transaction commits, so that a row may appear below
    others. Its number is a gap until then; a number that was given out for nothing stays one. A
    gap is given up when it is older than any transaction can be.

    Parameters
    ----------
    top
        The highest number seen.
    gaps
        Sorted runs below it.
    """

    top: int = 0
    gaps: tuple[Gap, ...] = ()

    @property
    def to_read(self) -> list[tuple[int, int | None]]:
        """List the runs of numbers at which there may be a row that was not seen."""
        return [*((gap.first, gap.last) for gap in self.gaps), (self.top + 1, None)]

    def and_seen(self, numbers: Sequence[int] | npt.NDArray[np.int64], at: float) -> "Numbers":
        """Add numbers that were found among :attr:`to_read` at a time in seconds."""
        found = np.unique(np.asarray(numbers, np.int64))
        top = max(self.top, int(found[-1])) if found.size else self.top
        runs = [*self.gaps, *([Gap(self.top + 1, top, at)] if top > self.top else [])]
        left = [gap for run in runs for gap in _without(run, found)]
        return Numbers(top, tuple(left))

    def without_old(self, before: float) -> "Numbers":
        """Give up the gaps that are older than this."""
        return Numbers(self.top, tuple(gap for gap in self.gaps if gap.since >= before))


def _without(gap: Gap, found: npt.NDArray[np.int64]) -> list[Gap]:
    """Take sorted numbers out of a gap."""
    inside = found[np.searchsorted(found, gap.first) : np.searchsorted(found, gap.last, "right")]
    ends = np.concatenate([[gap.first - 1], inside, [gap.last + 1]])
    holes = np.flatnonzero(np.diff(ends) > 1)
    return [Gap(int(ends[at] + 1), int(ends[at + 1] - 1), gap.since) for at in holes]
