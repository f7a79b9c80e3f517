"""What can be wrong with votes."""

from tiltyard.errors import TiltyardError


class VotesError(TiltyardError):
    """Votes that cannot be read: the sentence names the file, the row, the column and the cure."""

    status = 422
    title = "These votes cannot be read"
