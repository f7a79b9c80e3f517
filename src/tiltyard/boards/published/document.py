"""A published board as a document: who its models are, which votes it has, how to make it again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from tiltyard import __version__
from tiltyard.boards.board import Board
from tiltyard.boards.fitting.pooling import Pooled
from tiltyard.boards.recipes.controls import Control
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.records import DECIMALS, rounded
from tiltyard.boards.slices.slice_file import Slice, slice_sha256
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.face import Face, public_face

STYLE = "style"
Held = Literal["", "style"]
CONTROLS: tuple[Held, ...] = ("", "style")
"""Each slice has a board without and one with the style of the answers held constant."""


POOLED = ("pooled", "pooled_lower", "pooled_upper")
"""What each model of a board has beside its rating."""


def recipe_of(common: Recipe, where: Sequence[str], control: str) -> Recipe:
    """Say how a board of a slice is made, from what it has in common with all others."""
    recipe = replace(common, where=tuple(where))
    if control == STYLE:
        recipe = replace(recipe, controls=(*recipe.controls, Control.parse(STYLE)))
    return recipe


class BoardKey(NamedTuple):
    """Which board of an arena."""

    slice: str
    control: str


@dataclass(frozen=True, slots=True)
class Faces:
    """Contestants as people see them, by their own ids."""

    by_id: Mapping[str, Face]

    @classmethod
    def of(cls, cards: Mapping[str, Mapping[str, Any]]) -> "Faces":
        """Make them from the newest cards."""
        shown = {id_: public_face(Contestant.model_validate(card)) for id_, card in cards.items()}
        return cls(shown)

    @property
    def public_ids(self) -> dict[str, str]:
        """The ids that people may see in place of the contestants' own."""
        return {id_: face.id for id_, face in self.by_id.items()}

    def name(self, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Say of the rows of a board who their models are."""
        seen = {face.id: face for face in self.by_id.values()}
        return [_named(row, seen.get(row["model"])) for row in rows]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a board's votes come from.

    Parameters
    ----------
    arena, slice
        Whose votes they are.
    where
        The conditions that hold of them.
    sources
        How many votes came from where.
    last_vote
        The highest number of a vote that was read.
    slices_sha256
        The digest of the file of slices.
    labellers
        The labellers whose labels were asked for, with the versions that gave them.
    """

    arena: str
    slice: Slice
    where: Sequence[str]
    sources: Mapping[str, int]
    last_vote: int
    slices_sha256: str
    labellers: Mapping[str, Sequence[str]]


def board_document(
    fitted: Board, origin: Origin, control: str, faces: Faces, pooled: Pooled | None = None
) -> dict[str, Any]:
    """Put a fitted board together with where its votes came from and who its models are.

    Beside each rating stands the pooled one, where there is one.
    """
    document = fitted.to_dict()
    slice_, votes = origin.slice, sum(origin.sources.values())
    return {
        "arena": origin.arena,
        **_about(slice_, control),
        "published_at": None,
        "votes": votes,
        "enough": votes >= slice_.minimum,
        "sources": dict(sorted(origin.sources.items())),
        **document,
        "models": faces.name(
            {**row, **pooled_figures(row["model"], pooled)} for row in document["models"]
        ),
        "pooling": None if pooled is None else pooling_of(pooled, slice_.parent),
        "manifest": {
            "slices_sha256": origin.slices_sha256,
            "slice_sha256": slice_sha256(slice_, origin.where),
            "slice": slice_.model_dump(mode="json"),
            "last_vote": origin.last_vote,
            "labellers": dict(sorted(origin.labellers.items())),
        },
    }


def empty_document(
    arena: str, slice_: Slice, control: str, recipe: Recipe, unmade: str
) -> dict[str, Any]:
    """Give the board that a slice has while none was made, with the reason."""
    return {
        "arena": arena,
        **_about(slice_, control),
        "published_at": None,
        "votes": 0,
        "enough": slice_.minimum == 0,
        "sources": {},
        "models": [],
        "log_likelihood": None,
        "coefficients": [],
        "diagnostics": [],
        "recipe": recipe.to_dict(),
        "data_sha256": None,
        "version": __version__,
        "pooling": None,
        "manifest": None,
        "unmade": unmade,
    }


def _about(slice_: Slice, control: str) -> dict[str, Any]:
    return {
        "slice": slice_.id,
        "control": control,
        "name": slice_.name,
        "description": slice_.description,
        "within": slice_.parent,
        "minimum": slice_.minimum,
    }


def pooling_of(pooled: Pooled, within: str | None) -> dict[str, Any]:
    """Say of pooled ratings what they are pooled with, and how far from it the slice lies."""
    return {
        "within": within,
        "spread": round(pooled.spread, DECIMALS),
        "data_sha256": pooled.parent_sha256,
    }


def pooled_figures(model: str, pooled: Pooled | None) -> dict[str, Any]:
    """Give the pooled rating of a model with its bounds; nulls where there is none."""
    known = (None,) * 3 if pooled is None else pooled.ratings.get(model, (None,) * 3)
    return {**rounded(dict(zip(POOLED, known, strict=True)))}


def _named(row: Mapping[str, Any], face: Face | None) -> dict[str, Any]:
    return {
        **row,
        "name": face.name if face else row["model"],
        "organisation": face.organisation if face else None,
        "licence": face.licence if face else None,
        "demo": face is not None and face.demo,
    }
