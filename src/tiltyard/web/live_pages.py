"""What the pages show of a running installation: the source that they ask."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tiltyard import __version__
from tiltyard.arena.definition import ArenaDefinition
from tiltyard.arena.exposure import ExposureReport
from tiltyard.arena.own import read_id
from tiltyard.arena.public_register import RegisterEntry, read_register
from tiltyard.boards import groups
from tiltyard.boards.own_boards import OwnAnswer, board_of_voters
from tiltyard.contestants.demo import SuggestedPrompt, suggested_prompts
from tiltyard.web.installation import Installation
from tiltyard.web.measures import Measure
from tiltyard.web.model_profile import ModelProfile, model_profile
from tiltyard.web.pages import ArenaFace, Site
from tiltyard.web.past import BoardPast, board_past
from tiltyard.web.swap import SwapAnswer
from tiltyard.web.topics import topics_of
from tiltyard.web.value import ValueAnswer


class LivePages:
    """An installation as its pages see it; see :class:`tiltyard.web.pages.ArenaPages`."""

    def __init__(self, installation: Installation) -> None:
        self._title = installation.settings.title
        self._ledger = installation.ledger
        self._arenas = installation.arenas
        self._boards = installation.boards
        self._history = installation.history
        self._swaps = installation.swaps
        self._values = installation.values

    @property
    def site(self) -> Site:
        """What every page says about this installation."""
        return Site(
            title=self._title,
            version=__version__,
            demo=self._demo,
            arenas=tuple(_face(arena.definition) for arena in self._arenas),
        )

    def arena_face(self, arena: str | None) -> ArenaFace:
        """Say what the page of an arena needs to know; of the first where none is named."""
        found = self._arenas.first if arena is None else self._arenas.named(arena)
        return _face(found.definition)

    async def arena_of_battle(self, voter: str, battle_id: str) -> ArenaFace:
        """Find the arena in which one of the voter's battles was held."""
        found = await self._arenas.of_battle(voter, read_id(battle_id))
        return _face(found.definition)

    def suggested_prompts(self) -> Sequence[SuggestedPrompt]:
        """Prompts for people who have nothing to ask."""
        return suggested_prompts()

    async def board(
        self, arena: str, slice_name: str, at: datetime | None = None, control: str = ""
    ) -> Mapping[str, Any]:
        """Read one board for its page."""
        return await self._boards.board(arena, slice_name, control=control, at=at)

    async def slices(self, arena: str) -> Sequence[Mapping[str, Any]]:
        """List the slices of an arena for its pages."""
        return [one for one in await self._boards.summaries() if one["arena"] == arena]

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
            self._ledger, self._history, arena, slice_name, models, control=control, at=at
        )

    async def model(self, model_id: str) -> ModelProfile:
        """Read what anybody may know of a model, for its page."""
        return await model_profile(self._ledger, self._boards, model_id)

    async def swap(self, arena: str, old: str, new: str, control: str = "") -> SwapAnswer:
        """Say what a swap changes, for its page."""
        return await self._swaps.answer(arena, old, new, control)

    async def value(
        self, arena: str, slice_name: str, by: Measure, control: str = ""
    ) -> ValueAnswer:
        """Say who does better than a measure predicts, for its page."""
        return await self._values.answer(arena, slice_name, by, control)

    async def measures(self, arena: str, slice_name: str, control: str = "") -> Sequence[Measure]:
        """Say by which measures a board can be compared, for its page."""
        return await self._values.told_by(arena, slice_name, control)

    async def my_board(self, voter: str, arena: str, group: str | None) -> OwnAnswer:
        """Make a voter's own board or that of a group, for its page."""
        if group is not None:
            return await groups.group_board(self._ledger, self._boards, arena, group, voter)
        return await board_of_voters(self._ledger, self._boards, arena, [voter])

    async def my_groups(self, voter: str) -> Sequence[groups.Group]:
        """List a voter's groups, for the page."""
        return await groups.my_groups(self._ledger, voter)

    async def change_group(self, voter: str, group: str, *, join: bool) -> None:
        """Let a voter join a group or leave it, from the page."""
        await (groups.join if join else groups.leave)(self._ledger, group, voter)

    async def topics(self, arena: str) -> Mapping[str, Any]:
        """Say what people ask about, for its page."""
        return await topics_of(self._ledger, arena)

    async def exposure(self, arena: str | None) -> ExposureReport:
        """Read who was drawn how often, for its page; in the first arena where none is named."""
        found = self._arenas.first if arena is None else self._arenas.named(arena)
        return await found.exposure.report()

    async def register(self) -> Sequence[RegisterEntry]:
        """Read what became public or was retired, for its page."""
        async with self._ledger.reading() as connection:
            return await read_register(connection)

    @property
    def _demo(self) -> bool:
        """Whether every contestant is a built-in one."""
        return all(card.adapter == "demo" for card in self._arenas.first.catalogue)


def _face(definition: ArenaDefinition) -> ArenaFace:
    images = definition.accept.images
    return ArenaFace(
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
