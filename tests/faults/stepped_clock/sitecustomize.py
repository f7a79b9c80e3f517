"""A clock that can be stepped while a process runs, put before its own modules by PYTHONPATH.

The file named by TEST_CLOCK_STEP holds the seconds by which the wall clock is wrong. The monotonic
clock is left alone, as by an operator or a time server that sets the wall clock.
"""

import datetime as dt
import os
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self

_STEP = Path(os.environ["TEST_CLOCK_STEP"])
_true_time = time.time


def _step() -> float:
    return float(_STEP.read_text(encoding="ascii"))


class SteppedDatetime(datetime):
    """A datetime whose now is wrong."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + timedelta(seconds=_step())


time.time = lambda: _true_time() + _step()
dt.datetime = SteppedDatetime  # type: ignore[misc]
