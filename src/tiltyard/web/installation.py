"""One installation, put together: who fights, what is remembered, who works, who may look."""

import asyncio
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

from tiltyard.arena.arenas import Arenas
from tiltyard.arena.definition import ArenaDefinition, read_definitions
from tiltyard.arena.live import LiveTurns
from tiltyard.arena.roster import Roster
from tiltyard.arena.service import Arena
from tiltyard.arena.uploads import Uploads
from tiltyard.blobs.opening import open_blobs
from tiltyard.boards.past.history import BoardHistory
from tiltyard.boards.published.boards import PublishedBoards
from tiltyard.boards.published.publishing import BoardPublisher
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.slices.in_use import SlicesInUse
from tiltyard.contestants.adapters import Adapters
from tiltyard.contestants.catalogue import Catalogue
from tiltyard.contestants.embeddings import Embeddings
from tiltyard.images.sandbox import Sandbox
from tiltyard.labels.labeller import Labeller
from tiltyard.labels.labellers import labellers_with, reading_words, versions_of
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.lock import only_server
from tiltyard.ledger.migrate import upgrade_ledger
from tiltyard.ledger.presence import Presence
from tiltyard.web.doorway import Doorway
from tiltyard.web.measures import Measures
from tiltyard.web.relay import Relay
from tiltyard.web.settings import Settings
from tiltyard.web.swap import Swaps
from tiltyard.web.value import Values
from tiltyard.web.voter import Voters
from tiltyard.worker.service import Worker
from tiltyard.worker.surveying import Surveying
from tiltyard.worker.vector_labelling import VectorLabelling
from tiltyard.worker.vector_rounds import VectorRounds


@dataclass(frozen=True, slots=True)
class Installation:
    """Everything a server needs, wired."""

    settings: Settings
    ledger: Ledger
    presence: Presence
    roster: Roster
    relay: Relay
    arenas: Arenas
    uploads: Uploads
    adapters: Adapters
    boards: PublishedBoards
    history: BoardHistory
    swaps: Swaps
    values: Values
    labellers: Sequence[Labeller]
    worker: Worker
    embeddings: Embeddings
    vector_rounds: VectorRounds
    voters: Voters
    doorway: Doorway
    examples: bool

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
        if self.arenas.take_images:
            await self.uploads.check()
        await self.arenas.open()
        if self.examples:
            await self.arenas.first.add_examples()
            await self.worker.attempt(chores=False)  # nobody's first look is at an empty board
        tasks = [
            asyncio.create_task(self.worker.run(), name="worker"),
            asyncio.create_task(self.roster.follow(), name="roster"),
            asyncio.create_task(self.vector_rounds.run(), name="labels by vectors"),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await self.embeddings.close()
            await self.arenas.close()


def install(
    settings: Settings,
    catalogue: Catalogue,
    *,
    definitions: Sequence[ArenaDefinition] | None = None,
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
    definitions
        The arenas; those of the settings by default.
    pace
        Multiplies the delays of demo contestants.
    examples
        Whether to begin with example votes in the first arena; for a catalogue of demo contestants.

    Raises
    ------
    TiltyardError
        When a database, a directory, the catalogue or an arena cannot be used.
    """
    catalogue.require_pair()
    definitions = definitions or read_definitions(settings.arena_places)
    ledger = Ledger(settings.ledger, sessions=settings.database_sessions)
    presence, roster = Presence(ledger), Roster(ledger, catalogue)
    adapters, embeddings = Adapters(pace=pace), Embeddings()
    uploads = Uploads(ledger, open_blobs(settings.blob_place), Sandbox())
    live = LiveTurns(settings.live_turns, per_voter=settings.live_turns_per_voter)
    arenas = _arenas(definitions, roster, adapters, ledger, uploads, live)
    kept = _KeptBoards([one.id for one in definitions], Recipe(), SlicesInUse(settings.slices))
    boards, measures = PublishedBoards(ledger, *kept), Measures(ledger)
    labellers = labellers_with(settings.labeller_place)
    worker = _worker(settings, ledger, kept, labellers, presence, uploads)
    by_vectors = VectorLabelling(ledger, embeddings, catalogue.embedding_model, labellers)
    return Installation(
        settings=settings,
        ledger=ledger,
        presence=presence,
        roster=roster,
        relay=Relay(ledger, live.is_live),
        arenas=arenas,
        uploads=uploads,
        adapters=adapters,
        boards=boards,
        history=BoardHistory(ledger, boards),
        swaps=Swaps(ledger, boards, measures),
        values=Values(ledger, boards, measures),
        labellers=labellers,
        worker=worker,
        embeddings=embeddings,
        vector_rounds=VectorRounds(by_vectors, worker.wake, presence=presence),
        voters=Voters(settings.read_secret()),
        doorway=_doorway(settings),
        examples=examples,
    )


class _KeptBoards(NamedTuple):
    """Which boards an installation keeps: of which arenas, by which recipe, in which slices."""

    arenas: Sequence[str]
    recipe: Recipe
    slices: SlicesInUse


def _arenas(
    definitions: Sequence[ArenaDefinition],
    roster: Roster,
    adapters: Adapters,
    ledger: Ledger,
    uploads: Uploads,
    live: LiveTurns,
) -> Arenas:
    chance = random.SystemRandom()
    hosted = [
        Arena(definition, roster, adapters, ledger, uploads, live=live, chance=chance)
        for definition in definitions
    ]
    for arena in hosted:
        arena.entrants.require_pair()
    return Arenas(hosted, ledger)


def _worker(
    settings: Settings,
    ledger: Ledger,
    kept: _KeptBoards,
    labellers: Sequence[Labeller],
    presence: Presence,
    uploads: Uploads,
) -> Worker:
    versions_of(labellers)  # which says now what would stop the worker later
    surveying = Surveying(ledger, kept.arenas)
    return Worker(
        ledger,
        BoardPublisher(ledger, *kept, labellers),
        every_s=settings.refresh_s,
        presence=presence,
        labellers=reading_words(labellers),
        chores=[uploads.sweep_now_and_then, surveying.survey_now_and_then],
    )


def _doorway(settings: Settings) -> Doorway:
    limits = {"battles": settings.battles_per_minute, "images": settings.images_per_minute}
    return Doorway(limits, proxies=settings.proxies)
