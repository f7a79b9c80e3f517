"""My board: a voter's own votes, partially pooled with everybody's."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.published.as_seen import as_seen, names_of, read_faces
from tiltyard.boards.published.boards import OVERALL, PublishedBoards
from tiltyard.boards.published.rated import read_rated
from tiltyard.boards.tastes import OwnBoard, own_board
from tiltyard.ledger.battles_table import read_votes
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.surveys import read_survey

Choice = Callable[[Battles, Board], Battles]
"""Takes some of the votes, knowing everybody's board."""


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """An own board with the names that people see; no board where everybody's has no ratings.

    Attributes
    ----------
    counted
        Whether to say who won how often: of a group that would tell who voted.
    """

    arena: str
    names: Mapping[str, str]
    board: OwnBoard | None
    counted: bool = True


async def board_of_voters(
    ledger: Ledger,
    boards: PublishedBoards,
    arena: str,
    voters: Collection[str],
    choice: Choice = lambda votes, _: votes,
) -> OwnAnswer:
    """Make the board of these voters in an arena, taken together.

    Only settled battles of public contestants count, as on everybody's board.

    Parameters
    ----------
    choice
        Which of their votes to take; all when left out.

    Raises
    ------
    UnknownBoardError
        When there is no such arena.
    """
    await boards.board(arena, OVERALL)
    found = await read_rated(ledger, arena, [OVERALL])
    if not found:
        return OwnAnswer(arena, {}, None)
    async with ledger.reading() as connection:
        faces = await read_faces(connection)
        survey = await read_survey(connection, arena)

    spread = None if survey is None else survey.taste_spread

    def make(connection: SyncConnection) -> OwnBoard:
        own = as_seen(read_votes(connection, arena, voters=voters).battles, faces)
        return own_board(choice(own, found[OVERALL]), found[OVERALL], spread=spread)

    return OwnAnswer(arena, names_of(faces), await ledger.in_thread(make))
