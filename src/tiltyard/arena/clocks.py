"""The clocks of one answer: how long it runs, how long it was asked for, how long it is silent."""

from time import monotonic


class Clocks:
    """Seconds on a clock that is never set; all begin when this is made.

    Waiting in our own queue is not the contestant's silence: meanwhile only `running_s` goes on.
    """

    def __init__(self) -> None:
        self._began = self._asked = self._alive = monotonic()
        self._queued: float | None = None
        self._sent = self._heard = False

    def queue(self) -> None:
        """Note that the request waits until other answers have ended."""
        self._queued = monotonic()

    def send(self) -> None:
        """Note that the request goes out, or goes out again."""
        if self._queued is not None:
            waited = monotonic() - self._queued
            self._asked += waited
            self._alive += waited
        self._sent, self._queued = True, None

    def hear(self) -> None:
        """Note a sign of life."""
        self._alive, self._heard = monotonic(), True

    @property
    def running_s(self) -> float:
        """Seconds since the attempt began, whatever it was doing."""
        return monotonic() - self._began

    @property
    def asked_s(self) -> float:
        """The same without what it waited in the queue."""
        return self._counted() - self._asked

    @property
    def silent_s(self) -> float:
        """Seconds since the last sign of life, without what it waited in the queue."""
        return self._counted() - self._alive

    @property
    def unheard(self) -> bool:
        """Whether a request is out and nothing at all has come back."""
        return self._sent and self._queued is None and not self._heard

    def _counted(self) -> float:
        return monotonic() if self._queued is None else self._queued
