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
TRIALS = 2
"""Requests let through to find out whether it is well: both sides of a battle may stand there."""


class CircuitState(StrEnum):
    """Closed lets everything through, open nothing; half open a trial, and its end decides."""

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
        self._trials = 0
        self._tried_at = 0.0
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

    @property
    def lets_through(self) -> bool:
        """Whether a request that came now would be let through.

        A trial of which nothing is heard, because the person left, is over after a while.
        """
        if self.state is not CircuitState.HALF_OPEN:
            return self.state is CircuitState.CLOSED
        return self._trials < TRIALS or self._clock() - self._tried_at >= REST_S

    def admit(self) -> bool:
        """Let a request through or not; half open, it is the trial."""
        admitted = self.lets_through
        if admitted and self.state is CircuitState.HALF_OPEN:
            self._trials = self._trials % TRIALS + 1
            self._tried_at = self._clock()
        return admitted

    def fail(self, problem: str) -> bool:
        """Count an answer that failed; say whether that opened the circuit."""
        self.failures += 1
        self.last_problem = problem
        tried = self.state is CircuitState.HALF_OPEN
        opens = tried or (self._opened is None and self.failures >= FAILURES)
        if tried:
            self._rest_s = min(2 * self._rest_s, LONGEST_REST_S)
        if opens:
            self._opened, self._trials = self._clock(), 0
        return opens

    def succeed(self) -> None:
        """Count an answer that came: all is well again."""
        self._opened, self._rest_s, self._trials = None, REST_S, 0
        self.failures, self.last_problem = 0, ""
