"""What can be wrong with votes."""

from tiltyard.errors import TiltyardError


class VotesError(TiltyardError):
    """Votes that cannot be read: the sentence names the file, the row, the column and the cure."""

    status = 422
    title = "These votes cannot be read"


class CellError(VotesError):
    """One cell is not what its column holds.

    Parameters
    ----------
    source
        What the table is called.
    row
        Counted from 0; the sentence counts from 1.
    column, problem
        Where in the row, and what is wrong there.
    """

    def __init__(self, source: str, row: int, column: str, problem: str) -> None:
        super().__init__(f"{source}, row {row + 1}, column {column}: {problem}.")
        self.source, self.row, self.column, self.problem = source, row, column, problem

    def later(self, rows: int) -> "CellError":
        """Return the same error in a table of which the given rows came before this part."""
        return CellError(self.source, self.row + rows, self.column, self.problem)
