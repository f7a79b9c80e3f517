"""Look now and then at all votes of an arena: what people ask about, how much tastes differ."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tiltyard.boards.published.as_seen import as_seen, names_of, read_faces
from tiltyard.boards.published.document import Faces
from tiltyard.boards.tastes import taste_spread
from tiltyard.boards.topic_boards import topic_boards, topics_document
from tiltyard.ledger import surveys, votes
from tiltyard.ledger.battles_table import read_votes
from tiltyard.ledger.consents import withdrawn_since
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.surveys import Survey

EVERY = timedelta(hours=1)
"""No survey is made anew sooner: it reads all prompts and votes."""
NEWEST = 300_000
"""This many votes are looked at, the newest: what people ask now, within a gigabyte."""
GROWTH = 1.05
"""Nor before there are this many times the votes, unless words were taken back."""


class Surveying:
    """Keeps a survey of every arena.

    Parameters
    ----------
    ledger
        Where prompts and votes are, and surveys are kept.
    arenas
        The ids of the arenas.
    every
        The shortest time between two surveys of an arena.
    newest
        How many votes are looked at.
    clock
        Says what time it is.
    """

    def __init__(
        self,
        ledger: Ledger,
        arenas: Sequence[str],
        *,
        every: timedelta = EVERY,
        newest: int = NEWEST,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._ledger = ledger
        self._arenas = arenas
        self._every = every
        self._newest = newest
        self._clock = clock
        self._looked: dict[str, datetime] = {}

    async def survey_now_and_then(self) -> int:
        """Survey every arena whose votes have grown, or words were taken back; count them."""
        return sum([await self._survey(arena) for arena in self._arenas])

    async def _survey(self, arena: str) -> bool:
        now = self._clock()
        looked = self._looked.get(arena)
        if looked is not None and now - looked < self._every:
            return False
        async with self._ledger.reading() as connection:
            count = await votes.count_votes(connection, arena)
            before = await surveys.read_survey(connection, arena)
            faces = await read_faces(connection)
            withdrawn = before and await withdrawn_since(connection, before.made_at)
        if count:
            self._looked[arena] = now
        if count < 1 or not (withdrawn or self._is_due(before, count, now)):
            return False
        made = await self._ledger.in_thread(
            lambda one: replace(_make(one, arena, faces, now, self._newest), votes=count)
        )
        async with self._ledger.writing() as connection:
            await surveys.put_survey(connection, made)
        return True

    def _is_due(self, before: Survey | None, count: int, now: datetime) -> bool:
        if before is None:
            return True
        return now - before.made_at >= self._every and count >= GROWTH * before.votes


def _make(
    connection: SyncConnection, arena: str, faces: Faces, now: datetime, newest: int
) -> Survey:
    after = surveys.before_newest(connection, arena, newest)
    read = read_votes(connection, arena, after=after)
    battles = as_seen(read.battles, faces)
    prompts = surveys.read_prompts(connection, arena, after=after)
    asked = battles.frame.select("battle_id").join(
        prompts, on="battle_id", how="left", maintain_order="left"
    )
    found = topic_boards(battles, asked["asked"])
    topics = topics_document(found, names_of(faces))
    return Survey(arena, battles.frame.height, topics, taste_spread(battles), now)
