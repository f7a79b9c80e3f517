"""What can be wrong with how a board is asked for, or with one that was saved."""

from tiltyard.errors import TiltyardError


class RecipeError(TiltyardError):
    """A recipe that cannot be followed, or not with these votes."""

    status = 422
    title = "This recipe does not work"


class SavedBoardError(TiltyardError):
    """A saved board that cannot be read, or cannot be written where it should go."""

    status = 422
    title = "This board cannot be read"


class SliceError(TiltyardError):
    """A file of slices that cannot be read, or a slice in it that means nothing."""

    status = 422
    title = "These slices cannot be used"


SHOWN = 200
"""This much of a condition is in a sentence."""


class ConditionError(SliceError):
    """A condition on votes that cannot be asked.

    Parameters
    ----------
    fault
        What follows its name in a sentence.
    sql
        The condition.
    """

    def __init__(self, fault: str, sql: str) -> None:
        self.fault = fault
        shown = sql if len(sql) <= SHOWN else f"{sql[:SHOWN]}…"
        super().__init__(f"The condition {shown!r} {fault}.")


class NotYetError(TiltyardError):
    """A question about boards that the votes so far cannot answer."""

    status = 404
    title = "Not yet"
