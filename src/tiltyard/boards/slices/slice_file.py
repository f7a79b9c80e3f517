"""The file of slices: which boards an installation has, declared as data."""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Self

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tiltyard.boards.errors import ConditionError, SliceError
from tiltyard.boards.slices.conditions import Condition

OVERALL = "overall"
"""The slice of all votes; every file of slices has it."""

MINIMUM = 300
"""With fewer votes a board says that they are not enough, unless its slice declares otherwise."""

MOST_WITHIN = 20
"""This many slices may be within each other; the conditions of all of them are in a recipe."""

LOCAL = "source NOT LIKE 'import:%'"
"""Only what people said here: holds for every slice that does not itself ask for the source."""

SHIPPED = "the shipped slices"

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]


class Slice(BaseModel):
    """A named filter over votes.

    Parameters
    ----------
    id
        In addresses and on the command line.
    name, description
        For people.
    where
        A condition in SQL over the columns of the battles table and the labels; None for all votes.
    within
        The slice it is a part of, whose condition holds as well.
    minimum
        Votes below which its board says that they are not enough.
    arenas
        The arenas that have this board; None for all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Id
    name: Annotated[str, Field(min_length=1, max_length=60)]
    description: str = ""
    where: Annotated[str, Field(min_length=1)] | None = None
    within: str | None = None
    minimum: Annotated[int, Field(ge=0)] = MINIMUM
    arenas: tuple[str, ...] | None = None

    @property
    def parent(self) -> str | None:
        """Name the slice it is a part of: all votes, where nothing else is said."""
        return None if self.id == OVERALL else self.within or OVERALL


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    slice: tuple[Slice, ...] = ()


@dataclass(frozen=True, slots=True)
class Slices:
    """The slices of a file, in its order.

    Parameters
    ----------
    listed
        By id.
    source
        The file, for sentences.
    sha256
        Digest of the file.
    """

    listed: Mapping[str, Slice]
    source: str
    sha256: str
    conditions: Mapping[str, tuple[Condition, ...]] = field(repr=False)

    @classmethod
    def of(cls, slices: Sequence[Slice], source: str, sha256: str) -> Self:
        """Put slices together.

        Raises
        ------
        SliceError
            When two have one id, one has no parent or is within itself, or a condition is none.
        """
        listed: dict[str, Slice] = {}
        for one in slices:
            if one.id in listed:
                raise SliceError(f"{source}: two slices have the id {one.id}: rename one of them.")
            listed[one.id] = one
        if OVERALL not in listed:
            listed = {
                OVERALL: Slice(id=OVERALL, name="Overall", description="All votes."),
                **listed,
            }
        lines = {id_: _line_of(id_, listed, source) for id_ in listed}
        found = {id_: _parsed(line, source) for id_, line in lines.items()}
        return cls(listed, source, sha256, found)

    def __iter__(self) -> Iterator[Slice]:
        """List the slices in the order of the file."""
        return iter(self.listed.values())

    def of_arena(self, arena: str) -> list[Slice]:
        """List the slices of which an arena has boards."""
        return [one for one in self if one.arenas is None or arena in one.arenas]

    def conditions_of(self, id_: str, present: Sequence[str] | None = None) -> tuple[str, ...]:
        """Write down what must hold of a vote in a slice, for a recipe: its parents' first.

        Parameters
        ----------
        id_
            The slice.
        present
            The columns of the votes. Without a column `source` there is nothing to tell imported
            votes by; when left out, there is one.

        Raises
        ------
        SliceError
            When there is no such slice.
        """
        if id_ not in self.listed:
            raise SliceError(f"{self.source} has no slice {id_}; it has {', '.join(self.listed)}.")
        own = self.conditions[id_]
        asked = any("source" in condition.columns for condition in own)
        local = not asked and (present is None or "source" in present)
        return (*((LOCAL,) if local else ()), *(condition.sql for condition in own))

    def columns_of(self, id_: str) -> frozenset[str]:
        """Name the columns that a slice and its parents look at."""
        return frozenset().union(*(one.columns for one in self.conditions[id_]))

    def refuse_unless_usable(self, votes: pl.DataFrame) -> None:
        """Refuse slices that look at columns which the votes do not have, or use them wrongly.

        Parameters
        ----------
        votes
            A few of them, with something in every column.

        Raises
        ------
        SliceError
            For the first of them.
        """
        for id_, conditions in self.conditions.items():
            for condition in conditions:
                try:
                    condition.refuse_unless_boolean(votes.schema)
                    condition.holds(votes)
                except ConditionError as error:
                    raise self.named(id_, error) from error

    def named(self, id_: str, error: ConditionError) -> SliceError:
        """Say which slice a fault of a condition is in."""
        return _named(self.source, id_, error)


def shipped_slices() -> Slices:
    """Read the slices that come with Tiltyard."""
    text = resources.files("tiltyard.boards.slices").joinpath("slices.toml").read_bytes()
    return _read(text, SHIPPED)


def read_slices(file: Path | None) -> Slices:
    """Read a file of slices, or the shipped ones when none is named.

    Raises
    ------
    SliceError
        When it cannot be read, or says something that cannot be.
    """
    if file is None:
        return shipped_slices()
    try:
        return _read(file.read_bytes(), str(file))
    except OSError as error:
        raise SliceError(f"{file} cannot be read ({error.strerror}).") from error


def slice_sha256(slice_: Slice, where: Sequence[str]) -> str:
    """Digest what a slice says of itself, with the conditions of its parents."""
    said = slice_.model_dump(mode="json") | {"conditions": list(where)}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _read(content: bytes, source: str) -> Slices:
    try:
        values: dict[str, Any] = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SliceError(f"{source} is not TOML ({error}).") from error
    except RecursionError as error:
        raise SliceError(f"{source} has lists or tables nested too deep.") from error
    try:
        slices = _File.model_validate(values).slice
    except ValidationError as error:
        raise SliceError(_first_fault(error, values, source)) from error
    return Slices.of(slices, source, hashlib.sha256(content).hexdigest())


def _first_fault(error: ValidationError, values: Mapping[str, Any], source: str) -> str:
    fault = error.errors()[0]
    place, said = fault["loc"], fault["msg"]
    if fault["type"] == "extra_forbidden":
        said = "Nothing here has that name"
    if len(place) < 2:  # noqa: PLR2004  # the list, the place in it, the field
        return f"{source}: {place[0] if place else 'the file'}: {said}."
    _, number, *fields = place
    named = values["slice"][number]
    id_ = named.get("id") if isinstance(named, dict) else None
    whose = f"slice {id_}" if isinstance(id_, str) else f"slice number {int(number) + 1}"
    where = f", {fields[0]}" if fields else ""
    return f"{source}: {whose}{where}: {said}."


def _line_of(id_: str, listed: Mapping[str, Slice], source: str) -> list[Slice]:
    """List a slice after its parents."""
    walked: list[str] = []
    place: str | None = id_
    while place is not None:
        if place not in listed:
            raise SliceError(
                f"{source}: the slice {walked[-1]} is within {place}, which is not in the file."
            )
        if place in walked:
            circle = " within ".join([*walked[walked.index(place) :], place])
            raise SliceError(
                f"{source}: the slice {place} is within itself ({circle}): leave out one within."
            )
        if len(walked) == MOST_WITHIN:
            raise SliceError(
                f"{source}: the slice {id_} is within {MOST_WITHIN} others, and so the conditions "
                "of all of them must hold: write them as one."
            )
        walked.append(place)
        place = listed[place].within
    return [listed[one] for one in reversed(walked)]


def _parsed(line: Sequence[Slice], source: str) -> tuple[Condition, ...]:
    found = []
    for one in line:
        if one.where is not None:
            try:
                found.append(Condition.parse(one.where))
            except ConditionError as error:
                raise _named(source, one.id, error) from error
    return tuple(found)


def _named(source: str, id_: str, error: ConditionError) -> SliceError:
    return SliceError(f"{source}: the condition of the slice {id_} {error.fault}.")
