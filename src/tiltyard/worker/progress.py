"""What a worker is doing, for those who wait for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

Listener = Callable[["Progress"], None]
Told = Callable[[int], None]
"""Called with how much is done."""


def tell_nobody(done: int) -> None:  # nobody listens
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class LastPass:
    """What the last whole pass came to."""

    ended_at: datetime
    seconds: float
    labelled: int
    published: int


class Progress:
    """What is being done, how much of it is done, and how the last pass went.

    Attributes
    ----------
    doing
        In words; None while the worker rests.
    done, total
        Of what is being done; a total of 0 is not known.
    began_at
        When the pass began.
    last
        The last whole pass; None before the first.
    """

    def __init__(self) -> None:
        self.doing: str | None = None
        self.done = 0
        self.total = 0
        self.began_at: datetime | None = None
        self.last: LastPass | None = None
        self._listener: Listener | None = None

    def listen(self, listener: Listener) -> None:
        """Call somebody whenever something changes; in the thread where it does."""
        self._listener = listener

    def tell(self, doing: str, done: int = 0, total: int = 0) -> None:
        """Say what is being done."""
        self.began_at = self.began_at or datetime.now(UTC)
        self.doing, self.done, self.total = doing, done, total
        if self._listener is not None:
            self._listener(self)

    def end(self, labelled: int, published: int) -> None:
        """Say that a pass is over."""
        now = datetime.now(UTC)
        took = (now - (self.began_at or now)).total_seconds()
        self.last = LastPass(now, took, labelled, published)
        self.rest()

    def rest(self) -> None:
        """Say that nothing is being done."""
        self.doing, self.done, self.total, self.began_at = None, 0, 0, None

    @property
    def words(self) -> str:
        """Say it in a line."""
        if self.doing is None:
            return "resting"
        if self.total:
            return f"{self.doing} … {self.done:,} of {self.total:,}"
        return f"{self.doing} … {self.done:,}" if self.done else self.doing
