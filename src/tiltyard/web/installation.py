"""One installation, put together: who fights, what is remembered, who works, who may look."""

import asyncio
import random
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tiltyard import __version__
from tiltyard.arena.definition import ArenaDefinition, built_in_definition
from tiltyard.arena.exposure import ExposureReport
from tiltyard.arena.live import LiveTurns
from tiltyard.arena.service import Arena
from tiltyard.boards.published import PublishedBoards
from tiltyard.boards.recipe import Recipe
from tiltyard.contestants.adapters import Adapters
from tiltyard.contestants.catalogue import Catalogue
from tiltyard.contestants.demo import SuggestedPrompt, suggested_prompts
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.lock import only_server
from tiltyard.ledger.migrate import upgrade_ledger
from tiltyard.ledger.presence import Presence
from tiltyard.web import pages
from tiltyard.web.relay import Relay
from tiltyard.web.settings import Settings
from tiltyard.web.voter import Voters
from tiltyard.worker.service import Worker


@dataclass(frozen=True, slots=True)
class Installation:
    """Everything a server needs, wired."""

    settings: Settings
    ledger: Ledger
    presence: Presence
    relay: Relay
    arena: Arena
    boards: PublishedBoards
    worker: Worker
    voters: Voters
    examples: bool

    @property
    def demo(self) -> bool:
        """Whether every contestant is a built-in one."""
        return all(card.adapter == "demo" for card in self.arena.catalogue)

    @property
    def site(self) -> pages.Site:
        """What every page says about this installation."""
        definition = self.arena.definition
        return pages.Site(
            title=self.settings.title,
            version=__version__,
            demo=self.demo,
            max_chars=definition.accept.max_chars,
            max_turns=definition.turns.max,
        )

    def suggested_prompts(self) -> Sequence[SuggestedPrompt]:
        """Prompts for people who have nothing to ask."""
        return suggested_prompts()

    async def board(self, arena: str, slice_name: str) -> Mapping[str, Any]:
        """Read one board for its page."""
        return await self.boards.board(arena, slice_name)

    async def exposure(self) -> ExposureReport:
        """Read who was drawn how often, for its page."""
        return await self.arena.exposure.report()

    @asynccontextmanager
    async def running(self, address: str | None = None) -> AsyncGenerator[None]:
        """Bring the ledger up to date, let the worker work, and put everything away at the end.

        Parameters
        ----------
        address
            Where other servers of the same ledger reach this one.
        """
        async with self.ledger:
            with only_server(self.ledger):
                await upgrade_ledger(self.ledger)
                async with self.presence.kept(address), self._working():
                    yield
                    await self.relay.close()

    @asynccontextmanager
    async def _working(self) -> AsyncGenerator[None]:
        await self.arena.open()
        if self.examples:
            await self.arena.add_examples()
        await self.worker.attempt()
        work = asyncio.create_task(self.worker.run(), name="worker")
        try:
            yield
        finally:
            work.cancel()
            await asyncio.wait([work])
            await self.arena.close()


def install(
    settings: Settings,
    catalogue: Catalogue,
    *,
    definition: ArenaDefinition | None = None,
    pace: float = 1.0,
    examples: bool = False,
) -> Installation:
    """Wire an installation.

    Parameters
    ----------
    settings
        The operator's.
    catalogue
        Who may fight; at least two must be public.
    definition
        The arena; the built-in text arena by default.
    pace
        Multiplies the delays of demo contestants.
    examples
        Whether to begin with example votes; for a catalogue of demo contestants.

    Raises
    ------
    TiltyardError
        When a database, a directory or the catalogue cannot be used.
    """
    catalogue.require_pair()
    definition = definition or built_in_definition("text")
    ledger = Ledger(settings.ledger)
    boards = PublishedBoards(ledger, [definition.id], Recipe())
    live = LiveTurns(settings.live_turns, per_voter=settings.live_turns_per_voter)
    arena = Arena(
        definition,
        catalogue,
        Adapters(pace=pace),
        ledger,
        live=live,
        chance=random.SystemRandom(),
    )
    presence = Presence(ledger)
    worker = Worker(ledger, boards, every_s=settings.refresh_s, presence=presence)
    voters = Voters(settings.read_secret())
    relay = Relay(ledger, live.is_live)
    return Installation(settings, ledger, presence, relay, arena, boards, worker, voters, examples)
