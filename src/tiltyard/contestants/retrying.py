"""When a provider is asked again: one policy for all of them."""

from dataclasses import dataclass
from typing import Any

from tiltyard.contestants.sender import ProviderError


@dataclass(frozen=True, slots=True)
class Retrying:
    """How often and after how long a provider is asked again, before its first word has come.

    What the provider asks for (`Retry-After`) is obeyed. Who asks for more than `longest_s` is not
    asked again: coming back earlier than told would be rude, and the person is waiting. The
    arena's own deadline for the first sign of life runs on through all of it.

    Attributes
    ----------
    tries
        In all, the first included.
    first_s
        The first wait, which doubles from try to try, with as much chance added.
    longest_s
        No wait is longer.
    """

    tries: int = 3
    first_s: float = 0.5
    longest_s: float = 20.0

    @property
    def policy(self) -> dict[str, Any]:
        """The same as stamina takes it."""
        return {
            "on": self._again,
            "attempts": self.tries,
            "timeout": None,
            "wait_initial": self.first_s,
            "wait_jitter": self.first_s,
            "wait_max": self.longest_s,
        }

    def _again(self, error: Exception) -> bool | float:
        if not isinstance(error, ProviderError) or not error.again:
            return False
        if error.wait_s is None:
            return True
        return error.wait_s if error.wait_s <= self.longest_s else False
