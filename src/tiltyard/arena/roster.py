"""Who may fight, as the ledger says at this moment: a catalogue that changes while it is in use."""

import asyncio
import os
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime

import structlog
from pydantic import ValidationError

from tiltyard.arena.applying import apply_at_start, current_cards
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.catalogue import Catalogue
from tiltyard.contestants.means import lack
from tiltyard.ledger.contestant_changes import last_change
from tiltyard.ledger.engine import OUTAGES, Ledger

LOOK_S = 1.0
"""How often the ledger is asked whether anything changed: one small query."""

log = structlog.get_logger()


class Roster:
    """The catalogue that all arenas of a server share.

    Parameters
    ----------
    ledger
        Which cards hold; other processes change it (`tiltyard models apply`).
    declared
        The server's own catalogue, which is applied when it opens.
    environment
        Where keys must be for a contestant to be drawn; the process's own by default.
    """

    def __init__(
        self, ledger: Ledger, declared: Catalogue, *, environment: Mapping[str, str] | None = None
    ) -> None:
        self.catalogue = declared
        self._declared = declared
        self._ledger = ledger
        self._environment = os.environ if environment is None else environment
        self._seen: int | None = None

    async def open(self) -> None:
        """Apply the server's own catalogue, and take what holds then.

        Raises
        ------
        LifeCycleError
            When a contestant cannot become what its card says.
        """
        async with self._ledger.writing() as connection:
            await apply_at_start(connection, self._declared, datetime.now(UTC))
        await self.look()

    async def look(self) -> None:
        """Take what holds now, if that has changed."""
        async with self._ledger.reading() as connection:
            newest = await last_change(connection)
            if newest == self._seen:
                return
            cards = await current_cards(connection)
        self.catalogue = Catalogue(tuple(self._answering(cards)), self._declared.source)
        self._seen = newest

    async def follow(self) -> None:
        """Look again and again, until cancelled. What goes wrong is logged and tried again."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
            except OUTAGES as error:
                log.warning("the catalogue waits for the ledger", error=str(error))
            except ValidationError as error:  # a card that only a newer version understands
                log.error("the changed catalogue cannot be used", error=str(error))  # noqa: TRY400
            except Exception:  # noqa: BLE001  # the job's edge: the catalogue must not freeze
                trace = traceback.format_exc()
                log.error("the catalogue could not be looked at", traceback=trace)  # noqa: TRY400  # the traceback as text shows no values

    def _answering(self, cards: list[Contestant]) -> list[Contestant]:
        """Leave out who could not answer here, and say so once for every change."""
        kept = []
        for card in cards:
            if card.answers and lack(card, self._environment) is not None:
                log.warning("applied, but something it needs is missing here", contestant=card.id)
            else:
                kept.append(card)
        return kept
