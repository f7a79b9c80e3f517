"""A circuit breaker: an endpoint that fails again and again is left in peace for a while."""

from collections.abc import Callable
from enum import StrEnum
from time import monotonic

FAILURES = 5
"""Failed answers in a row that open a circuit."""
REST_S = 30.0
"""Seconds until an endpoint is tried again the first time; each failed trial doubles them."""
LONGEST_REST_S = 600.0
"""No rest is longer."""


class CircuitState(StrEnum):
    """Closed lets everything through, open nothing; half open, the next answer decides."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Circuit:
    """Counts how answers end.

    Parameters
    ----------
    clock
        Seconds, on a clock that is never set.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._opened: float | None = None
        self._rest_s = REST_S
        self.failures = 0
        self.last_problem = ""

    @property
    def state(self) -> CircuitState:
        """What it is now."""
        if self._opened is None:
            return CircuitState.CLOSED
        return CircuitState.OPEN if self.rests_s > 0 else CircuitState.HALF_OPEN

    @property
    def rests_s(self) -> float:
        """How many seconds it will stay open."""
        if self._opened is None:
            return 0.0
        return max(self._opened + self._rest_s - self._clock(), 0.0)

    def fail(self, problem: str) -> bool:
        """Count an answer that failed; say whether that opened the circuit."""
        self.failures += 1
        self.last_problem = problem
        tried = self.state is CircuitState.HALF_OPEN
        opens = tried or (self._opened is None and self.failures >= FAILURES)
        if tried:
            self._rest_s = min(2 * self._rest_s, LONGEST_REST_S)
        if opens:
            self._opened = self._clock()
        return opens

    def succeed(self) -> None:
        """Count an answer that came: all is well again."""
        self._opened, self._rest_s, self.failures, self.last_problem = None, REST_S, 0, ""
