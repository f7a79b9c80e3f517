"""Published boards with their covariances, for whoever compares models on them."""

from tiltyard.boards.board import Board
from tiltyard.boards.kept_covariance import with_covariance
from tiltyard.boards.published import PublishedBoards
from tiltyard.ledger.covariances import read_covariance
from tiltyard.ledger.engine import Ledger


async def read_rated(
    ledger: Ledger, boards: PublishedBoards, arena: str, slice_: str
) -> Board | None:
    """Read a board as it is now, with its covariance; None where nothing is rated yet.

    Raises
    ------
    UnknownBoardError
        When there is no such board.
    """
    document = await boards.board(arena, slice_)
    async with ledger.reading() as connection:
        kept = await read_covariance(connection, arena, slice_, "")
    return with_covariance(document, kept)
