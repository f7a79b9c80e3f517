"""How far labelling is, counted now and then, because that reads every label."""

import asyncio
import math
from collections.abc import Sequence
from time import monotonic

from tiltyard.labels.labeller import Labeller
from tiltyard.ledger.engine import Ledger
from tiltyard.worker.label_status import LabelStatus, read_label_status

COUNTED_S = 5.0
"""How long a count is good for at least."""
REST = 20.0
"""It is good for this many times as long as it took: a twentieth of a core at most."""


class LabelCount:
    """Counts at most once at a time, and not more often than that is worth.

    Parameters
    ----------
    ledger, labellers
        Where labels are, and who labels now.

    Attributes
    ----------
    known
        What was counted last; None before the first time.
    """

    def __init__(self, ledger: Ledger, labellers: Sequence[Labeller]) -> None:
        self.known: LabelStatus | None = None
        self._ledger = ledger
        self._labellers = labellers
        self._counting = asyncio.Lock()
        self._good_until = -math.inf

    @property
    def is_due(self) -> bool:
        """Whether what is known is too old, or nothing is."""
        return monotonic() >= self._good_until

    async def fresh(self) -> LabelStatus:
        """Count, or tell what was counted a moment ago."""
        async with self._counting:
            if self.known is None or self.is_due:
                began = monotonic()
                self.known = await read_label_status(self._ledger, self._labellers)
                now = monotonic()
                self._good_until = now + max(COUNTED_S, REST * (now - began))
            return self.known
