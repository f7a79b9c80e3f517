"""A preview's report for its owner: what the votes say that no board shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tiltyard.battles.table import Battles
from tiltyard.boards.ranking import rank
from tiltyard.boards.records import Standing
from tiltyard.contestants.card import Contestant, Status
from tiltyard.errors import TiltyardError
from tiltyard.ledger import register
from tiltyard.ledger.battles_table import read_votes
from tiltyard.ledger.contestant_changes import ContestantChange, read_changes
from tiltyard.ledger.engine import Connection, Ledger, SyncConnection


class NeverPreviewError(TiltyardError):
    """The contestant has no votes of its own: it was never a preview."""

    status: ClassVar[int] = 409
    title: ClassVar[str] = "Never a preview"


@dataclass(frozen=True, slots=True)
class PreviewStanding:
    """Where a preview would stand in one arena.

    Attributes
    ----------
    standing
        Among the public contestants, on the scale of the arena's board.
    contestants
        How many are rated together, the preview among them.
    first_vote, last_vote
        When the preview's first and last vote were cast.
    """

    arena: str
    standing: Standing
    contestants: int
    first_vote: datetime
    last_vote: datetime


@dataclass(frozen=True, slots=True)
class PreviewReport:
    """All that an owner learns of a preview.

    Attributes
    ----------
    variants
        How many previews its organisation has declared so far, this one among them: the best of
        many looks better than it is.
    since, until
        From when on it was a preview, and when that ended; None while it is one.
    arenas
        Those in which it has votes.
    """

    contestant: str
    alias: str | None
    organisation: str
    status: str
    variants: int
    since: datetime
    until: datetime | None
    arenas: Sequence[PreviewStanding]


async def preview_report(ledger: Ledger, card: Contestant) -> PreviewReport:
    """Report on a contestant that is or was a preview; what it got since then is on the boards.

    Raises
    ------
    NeverPreviewError
        When it never was one.
    """
    async with ledger.reading() as connection:
        changes = await read_changes(connection)
        since, until = _time_as_preview(card.id, changes)
        variants = await _variants(connection, card, changes)
        names = await register.read_arenas(connection)

    def rate(connection: SyncConnection) -> list[PreviewStanding]:
        found = (_standing(connection, arena, card.id) for arena in names)
        return [one for one in found if one is not None]

    return PreviewReport(
        contestant=card.id,
        alias=card.alias,
        organisation=card.organisation,
        status=card.status.value,
        variants=variants,
        since=since,
        until=until,
        arenas=await ledger.in_thread(rate),
    )


def _time_as_preview(
    contestant: str, changes: Sequence[ContestantChange]
) -> tuple[datetime, datetime | None]:
    mine = [change for change in changes if change.contestant == contestant]
    since = next((change.at for change in mine if change.status == Status.PREVIEW), None)
    if since is None:
        raise NeverPreviewError(
            f"{contestant} was never a preview, so there is no report on it: its votes, if it has "
            "any, are on the boards."
        )
    later = (Status.PUBLIC, Status.RETIRED)
    return since, next((change.at for change in mine if change.status in later), None)


async def _variants(
    connection: Connection, card: Contestant, changes: Sequence[ContestantChange]
) -> int:
    """Count the contestants that were declared as previews of the same organisation."""
    declared = [change for change in changes if change.status == Status.PREVIEW]
    cards = await register.read_versions(connection, (change.version for change in declared))
    mine = card.organisation.casefold()
    return len(
        {
            change.contestant
            for change in declared
            if change.contestant == card.id
            or cards[change.version]["organisation"].casefold() == mine
        }
    )


def _standing(connection: SyncConnection, arena: str, contestant: str) -> PreviewStanding | None:
    votes = read_votes(connection, arena, preview=contestant).battles
    times = _times_of(votes, contestant)
    if not times:
        return None
    board = rank(votes)
    standing = next(row for row in board.models if row.model == contestant)
    rated = sum(row.rating is not None for row in board.models)
    return PreviewStanding(arena, standing, rated, min(times), max(times))


def _times_of(votes: Battles, contestant: str) -> list[datetime]:
    columns = votes.frame.select("model_a", "model_b", "voted_at")
    return [at for one, other, at in columns.iter_rows() if contestant in (one, other)]
