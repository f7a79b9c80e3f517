"""A change from one published board to the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Json: TypeAlias = Mapping[str, Any]
Kind = Literal[
    "votes",
    "recipe",
    "version",
    "labels",
    "slice",
    "scale",
    "public",
    "retired",
    "new_model",
    "gone_model",
    "renamed",
    "described",
    "rated",
    "unrated",
    "rank",
]
NAMED = 3
"""This many models are named in a sentence; the others are counted."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What the register says of a model between two boards: that it became public, or was retired.

    `model` is its id on boards.
    """

    model: str
    name: str
    status: Literal["public", "retired"]
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was.

    Parameters
    ----------
    kind
        What sort of thing.
    message
        A sentence for a person, with the cause.
    model
        The model it is about; None when it is about the whole board.
    before, after
        The number of votes, the name, the rank, the version, or the values that differ of the
        recipe, the slice, the labellers or what is said of a model.
    new_votes
        Votes that came since: on the board, or of the model. Fewer than none where votes left.
    overlap
        Of a moved rank: whether the model's new interval overlaps its old one, so that the move may
        be chance.
    passed
        Of a moved rank: the models that are now on the other side of it in the order of ratings.
    """

    kind: Kind
    message: str
    model: str | None = None
    before: Any = None
    after: Any = None
    new_votes: int | None = None
    overlap: bool | None = None
    passed: tuple[str, ...] = ()
