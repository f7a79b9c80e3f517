"""One installation, put together: who fights, what is remembered, who works, who may look."""

import asyncio
import random
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tiltyard import __version__
from tiltyard.arena.arenas import Arenas
from tiltyard.arena.definition import ArenaDefinition, read_definitions
from tiltyard.arena.exposure import ExposureReport
from tiltyard.arena.live import LiveTurns
from tiltyard.arena.own import NO_SUCH_BATTLE, UnknownBattleError
from tiltyard.arena.public_register import RegisterEntry, read_register
from tiltyard.arena.roster import Roster
from tiltyard.arena.service import Arena
from tiltyard.arena.uploads import Uploads
from tiltyard.blobs.opening import open_blobs
from tiltyard.boards import groups
from tiltyard.boards.own_boards import OwnAnswer, board_of_voters
from tiltyard.boards.past.history import BoardHistory
from tiltyard.boards.published.boards import PublishedBoards
from tiltyard.boards.published.publishing import BoardPublisher
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.slices.in_use import SlicesInUse
from tiltyard.contestants.adapters import Adapters
from tiltyard.contestants.catalogue import Catalogue
from tiltyard.contestants.demo import SuggestedPrompt, suggested_prompts
from tiltyard.contestants.embeddings import Embeddings
from tiltyard.images.sandbox import Sandbox
from tiltyard.labels.labeller import Labeller
from tiltyard.labels.labellers import labellers_with, reading_words, versions_of
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.lock import only_server
from tiltyard.ledger.migrate import upgrade_ledger
from tiltyard.ledger.presence import Presence
from tiltyard.web import pages
from tiltyard.web.doorway import Doorway
from tiltyard.web.measures import Measure, Measures
from tiltyard.web.model_profile import ModelProfile, model_profile
from tiltyard.web.past import BoardPast, board_past
from tiltyard.web.relay import Relay
from tiltyard.web.settings import Settings
from tiltyard.web.swap import SwapAnswer, Swaps
from tiltyard.web.topics import topics_of
from tiltyard.web.value import ValueAnswer, Values
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

    @property
    def demo(self) -> bool:
        """Whether every contestant is a built-in one."""
        return all(card.adapter == "demo" for card in self.arenas.first.catalogue)

    @property
    def site(self) -> pages.Site:
        """What every page says about this installation."""
        return pages.Site(
            title=self.settings.title,
            version=__version__,
            demo=self.demo,
            arenas=tuple(_face(arena.definition) for arena in self.arenas),
        )

    def arena_face(self, arena: str | None) -> pages.ArenaFace:
        """Say what the page of an arena needs to know; of the first where none is named."""
        found = self.arenas.first if arena is None else self.arenas.named(arena)
        return _face(found.definition)

    async def arena_of_battle(self, voter: str, battle_id: str) -> pages.ArenaFace:
        """Find the arena in which one of the voter's battles was held."""
        try:
            id_ = UUID(battle_id)
        except ValueError:
            raise UnknownBattleError(NO_SUCH_BATTLE) from None
        found = await self.arenas.of_battle(voter, id_)
        return _face(found.definition)

    def suggested_prompts(self) -> Sequence[SuggestedPrompt]:
        """Prompts for people who have nothing to ask."""
        return suggested_prompts()

    async def board(
        self, arena: str, slice_name: str, at: datetime | None = None, control: str = ""
    ) -> Mapping[str, Any]:
        """Read one board for its page."""
        return await self.boards.board(arena, slice_name, control=control, at=at)

    async def slices(self, arena: str) -> Sequence[Mapping[str, Any]]:
        """List the slices of an arena for its pages."""
        return [one for one in await self.boards.summaries() if one["arena"] == arena]

    async def past(
        self,
        arena: str,
        slice_name: str,
        models: Sequence[str],
        at: datetime | None,
        control: str = "",
    ) -> BoardPast:
        """Read a board's past for its page."""
        return await board_past(
            self.ledger, self.history, arena, slice_name, models, control=control, at=at
        )

    async def model(self, model_id: str) -> ModelProfile:
        """Read what anybody may know of a model, for its page."""
        return await model_profile(self.ledger, self.boards, model_id)

    async def swap(self, arena: str, old: str, new: str, control: str = "") -> SwapAnswer:
        """Say what a swap changes, for its page."""
        return await self.swaps.answer(arena, old, new, control)

    async def value(
        self, arena: str, slice_name: str, by: Measure, control: str = ""
    ) -> ValueAnswer:
        """Say who does better than a measure predicts, for its page."""
        return await self.values.answer(arena, slice_name, by, control)

    async def my_board(self, voter: str, arena: str, group: str | None) -> OwnAnswer:
        """Make a voter's own board or that of a group, for its page."""
        if group is not None:
            return await groups.group_board(self.ledger, self.boards, arena, group, voter)
        return await board_of_voters(self.ledger, self.boards, arena, [voter])

    async def my_groups(self, voter: str) -> Sequence[groups.Group]:
        """List a voter's groups, for the page."""
        return await groups.my_groups(self.ledger, voter)

    async def change_group(self, voter: str, group: str, *, join: bool) -> None:
        """Let a voter join a group or leave it, from the page."""
        await (groups.join if join else groups.leave)(self.ledger, group, voter)

    async def topics(self, arena: str) -> Mapping[str, Any]:
        """Say what people ask about, for its page."""
        return await topics_of(self.ledger, arena)

    async def exposure(self, arena: str | None) -> ExposureReport:
        """Read who was drawn how often, for its page; in the first arena where none is named."""
        found = self.arenas.first if arena is None else self.arenas.named(arena)
        return await found.exposure.report()

    async def register(self) -> Sequence[RegisterEntry]:
        """Read what became public or was retired, for its page."""
        async with self.ledger.reading() as connection:
            return await read_register(connection)

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
    ids, slices = [definition.id for definition in definitions], SlicesInUse(settings.slices)
    boards = PublishedBoards(ledger, ids, Recipe(), slices)
    uploads = Uploads(ledger, open_blobs(settings.blob_place), Sandbox())
    live = LiveTurns(settings.live_turns, per_voter=settings.live_turns_per_voter)
    adapters = Adapters(pace=pace)
    chance = random.SystemRandom()
    roster = Roster(ledger, catalogue)
    hosted = [
        Arena(definition, roster, adapters, ledger, uploads, live=live, chance=chance)
        for definition in definitions
    ]
    for arena in hosted:
        arena.require_pair()
    presence = Presence(ledger)
    measures = Measures(ledger)
    surveying = Surveying(ledger, [definition.id for definition in definitions])
    labellers = labellers_with(settings.labeller_place)
    versions_of(labellers)  # which says now what would stop the worker later
    embeddings = Embeddings()
    worker = Worker(
        ledger,
        BoardPublisher(ledger, ids, Recipe(), slices, labellers),
        every_s=settings.refresh_s,
        presence=presence,
        labellers=reading_words(labellers),
        chores=[uploads.sweep_now_and_then, surveying.survey_now_and_then],
    )
    by_vectors = VectorLabelling(ledger, embeddings, catalogue.embedding_model, labellers)
    return Installation(
        settings=settings,
        ledger=ledger,
        presence=presence,
        roster=roster,
        relay=Relay(ledger, live.is_live),
        arenas=Arenas(hosted, ledger),
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
        doorway=Doorway(
            {"battles": settings.battles_per_minute, "images": settings.images_per_minute},
            proxies=settings.proxies,
        ),
        examples=examples,
    )


def _face(definition: ArenaDefinition) -> pages.ArenaFace:
    images = definition.accept.images
    return pages.ArenaFace(
        id=definition.id,
        title=definition.title,
        description=definition.description,
        max_chars=definition.accept.max_chars,
        max_turns=definition.turns.max,
        modes=definition.modes,
        max_images=0 if images is None else images.per_message,
        max_image_bytes=0 if images is None else images.max_bytes,
        consent=None if definition.consent is None else definition.consent.text,
    )
