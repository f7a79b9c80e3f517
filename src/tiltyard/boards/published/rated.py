"""Published boards with their covariances, for whoever compares models on them."""

from collections.abc import Sequence

from tiltyard.boards.board import Board
from tiltyard.boards.published.kept_covariance import with_covariance
from tiltyard.ledger import snapshots
from tiltyard.ledger.covariances import read_covariance
from tiltyard.ledger.engine import Ledger, SyncConnection


async def read_rated(
    ledger: Ledger, arena: str, slices: Sequence[str], control: str = ""
) -> dict[str, Board]:
    """Read the boards of these slices as they are now, each with its covariance.

    Those with the style of the answers held constant, where `control` says so. In a thread: many
    large boards take longer to unpack than a stream of words may wait. Slices without such a board
    are left out.
    """

    def read(connection: SyncConnection) -> dict[str, Board]:
        keys = [(slice_, control) for slice_ in slices]
        numbers = snapshots.newest_numbers(connection, arena, keys)
        found = {}
        for (slice_, _), number in numbers.items():
            document = snapshots.read_numbered(connection, number).board
            kept = read_covariance(connection, arena, slice_, control)
            board = with_covariance(document, kept)
            if board is not None:
                found[slice_] = board
        return found

    return await ledger.in_thread(read)
