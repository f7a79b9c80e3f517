"""What the pages need to know, and from whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from tiltyard.arena.exposure import ExposureReport
from tiltyard.arena.public_register import RegisterEntry
from tiltyard.boards.groups import Group
from tiltyard.boards.own_boards import OwnAnswer
from tiltyard.web.measures import Measure
from tiltyard.web.model_profile import ModelProfile
from tiltyard.web.past import BoardPast
from tiltyard.web.swap import SwapAnswer
from tiltyard.web.value import ValueAnswer


@dataclass(frozen=True, slots=True)
class ArenaFace:
    """What the page of one arena says about it.

    Attributes
    ----------
    max_chars
        The longest message a person may send, in Unicode code points.
    max_turns
        The most messages a person may send in one battle.
    modes
        The modes that the arena offers.
    max_images, max_image_bytes
        How many images a message may have, and how large each may be; 0 where none may be sent.
    consent
        What people are told of publishing; None where nothing is published.
    """

    id: str
    title: str
    description: str
    max_chars: int
    max_turns: int
    modes: tuple[str, ...] = ("battle",)
    max_images: int = 0
    max_image_bytes: int = 0
    consent: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """What every page says about the arena it belongs to.

    Attributes
    ----------
    title
        The arena's name, in the header and in the window's title.
    version
        Tiltyard's version, in the footer.
    demo
        Whether the contestants are the built-in ones and the first votes are examples.
    arenas
        All arenas of the installation, the one that people come to first.
    """

    title: str
    version: str
    demo: bool
    arenas: tuple[ArenaFace, ...]

    def home_of(self, arena: ArenaFace) -> str:
        """Address the page on which a battle of this arena begins."""
        return "/" if arena.id == self.arenas[0].id else f"/arenas/{arena.id}"


class SuggestedPrompt(Protocol):
    """One prompt offered to somebody who has nothing to ask."""

    @property
    def text(self) -> str:
        """The prompt itself."""

    @property
    def language(self) -> str:
        """Its language, a BCP 47 tag such as `fr`."""

    @property
    def kind(self) -> str:
        """What it asks for, in a word or two, such as `code`."""


class ArenaPages(Protocol):
    """The arena as the pages see it: `app.state.arena_pages`."""

    @property
    def site(self) -> Site:
        """Name, version and arenas."""

    def arena_face(self, arena: str | None) -> ArenaFace:
        """Find what the page of an arena says; of the first where none is named.

        Raises
        ------
        TiltyardError
            With status 404 when there is no such arena.
        """

    async def arena_of_battle(self, voter: str, battle_id: str) -> ArenaFace:
        """Find the arena in which one of the voter's battles was held.

        Raises
        ------
        TiltyardError
            With status 404 when there is no such battle, or it is another voter's.
        """

    def suggested_prompts(self) -> Sequence[SuggestedPrompt]:
        """All suggested prompts; the page draws a few of them per visit."""

    async def slices(self, arena: str) -> Sequence[Mapping[str, Any]]:
        """List an arena's slices in the form of `GET /api/v1/boards`."""

    async def board(
        self, arena: str, slice_name: str, at: datetime | None = None, control: str = ""
    ) -> Mapping[str, Any]:
        """Answer one board in the form of `GET /api/v1/boards/{arena}/{slice}`.

        Raises
        ------
        TiltyardError
            With status 404 when there is no such board, or there was none at `at`.
        """

    async def past(
        self,
        arena: str,
        slice_name: str,
        models: Sequence[str],
        at: datetime | None,
        control: str = "",
    ) -> BoardPast:
        """Answer a board's past, of the models named or of all.

        Raises
        ------
        TiltyardError
            As `board` does.
        """

    async def model(self, model_id: str) -> ModelProfile:
        """Answer what anybody may know of a model, and where it stands.

        Raises
        ------
        TiltyardError
            With status 404 when no public model has this id.
        """

    async def swap(self, arena: str, old: str, new: str, control: str = "") -> SwapAnswer:
        """Answer what happens if one model takes another's place.

        Raises
        ------
        TiltyardError
            When the votes cannot tell yet, or the two are no two models of the arena.
        """

    async def value(
        self, arena: str, slice_name: str, by: Measure, control: str = ""
    ) -> ValueAnswer:
        """Answer which models do better than a measure predicts.

        Raises
        ------
        TiltyardError
            When there is no such board, or the votes cannot tell yet.
        """

    async def measures(self, arena: str, slice_name: str, control: str = "") -> Sequence[Measure]:
        """Answer by which measures a board can be compared with what models cost.

        Raises
        ------
        TiltyardError
            When there is no such board.
        """

    async def my_board(self, voter: str, arena: str, group: str | None) -> OwnAnswer:
        """Answer a voter's own board, or that of a group the voter is in.

        Raises
        ------
        TiltyardError
            When the voter is not in that group, or it is too small.
        """

    async def my_groups(self, voter: str) -> Sequence[Group]:
        """Answer the groups that a voter is in."""

    async def change_group(self, voter: str, group: str, *, join: bool) -> None:
        """Join a group, or leave it.

        Raises
        ------
        TiltyardError
            When it cannot be joined.
        """

    async def topics(self, arena: str) -> Mapping[str, Any]:
        """Answer what `GET /api/v1/topics` does."""

    async def exposure(self, arena: str | None) -> ExposureReport:
        """Answer what `GET /api/v1/exposure` is made of."""

    async def register(self) -> Sequence[RegisterEntry]:
        """Answer what `GET /api/v1/register` is made of."""
