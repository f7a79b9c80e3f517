"""The root of every error that Tiltyard raises on purpose."""

from typing import ClassVar


class TiltyardError(Exception):
    """Something a person can act on, said in one sentence.

    Subclasses live in the room they belong to and say in their docstring when they happen.
    The message names what is wrong, where, and what to do; it is shown as it is in the terminal
    and, with `status` and `title`, as a problem document over HTTP.
    """

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, sentence: str = "", *, retry_after_s: int | None = None) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s
        """When asking again may help, in seconds, where that is known."""
