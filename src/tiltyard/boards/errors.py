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
