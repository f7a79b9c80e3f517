"""Read of files of votes what a recipe looks at, and no more."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import add
from pathlib import Path

import polars as pl

from tiltyard.battles.choices import choice_columns
from tiltyard.battles.codecs import comparia_reactions, schema_of
from tiltyard.battles.columns import SCHEMA, source_of
from tiltyard.battles.files import one_sentence, open_votes
from tiltyard.battles.inspecting import IDENTITY, repeated_ids
from tiltyard.battles.pair_table import PairTable
from tiltyard.battles.reading import read_battles
from tiltyard.battles.streaming import count_plain_votes
from tiltyard.battles.table import Battles
from tiltyard.boards.fitting.needs import needed_columns
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.slices.column_slice import column_of, missing_column


def read_for(
    recipe: Recipe, paths: Sequence[str | Path], columns: Mapping[str, str] | None = None
) -> Battles | PairTable:
    """Read what a recipe looks at: counts by pair where they are enough.

    Conversations are read only when the recipe counts something in them.

    Parameters
    ----------
    recipe, paths
        What is made of which files.
    columns
        What the files call columns of the battles table, as for :func:`tiltyard.read_battles`.

    Raises
    ------
    VotesError
        As :func:`tiltyard.read_battles` does.
    RecipeError
        When a slice asks for a column that a file does not have.
    """
    return read_for_all([recipe], paths, columns)


def read_for_all(
    recipes: Collection[Recipe],
    paths: Sequence[str | Path],
    columns: Mapping[str, str] | None = None,
    also: Collection[str] = (),
) -> Battles | PairTable:
    """Read once what several recipes look at, and further columns, as :func:`read_for` does."""
    named = columns or {}
    if not also and all(recipe.needs_only_votes for recipe in recipes):
        return reduce(add, (_count(path, named) for path in paths))
    return Battles.concat([_read(recipes, path, named, also) for path in paths])


def _count(path: str | Path, columns: Mapping[str, str]) -> PairTable:
    counted = None if columns else count_plain_votes(path)
    if counted is not None:
        return counted
    battles = read_battles(path, columns=columns, only_votes=True, also=IDENTITY)
    return replace(battles.pairs, notes=(*battles.notes, *repeated_ids(battles.frame.lazy())))


def _read(
    recipes: Collection[Recipe],
    path: str | Path,
    columns: Mapping[str, str],
    also: Collection[str],
) -> Battles:
    present = columns_in(Path(path))
    wanted = set(also)
    for recipe in recipes:
        _refuse_missing(recipe, present, columns)
        needed = needed_columns(recipe, {*present, *columns})
        if needed is None:
            return read_battles(path, columns=columns)
        wanted |= needed
    return read_battles(path, columns=columns, only_votes=True, also=wanted)


def _refuse_missing(recipe: Recipe, present: list[str], columns: Mapping[str, str]) -> None:
    """Refuse slices of columns that a file does not have, while all it has can still be named."""
    if not present or schema_of(present) is comparia_reactions.CODEC:
        return
    sources = {name: columns.get(name, source_of(name, present)) for name in SCHEMA}
    used = {*sources.values(), *choice_columns(present)}
    there = [name for name, source in sources.items() if source in present or name == "outcome"]
    there += [name for name in present if name not in used]
    for given in recipe.slices:
        names = {given.split("/")[0], column_of(given).split("/")[0]}
        if not names & {*there, *SCHEMA}:
            raise missing_column(given, column_of(given), there)


def columns_in(file: Path) -> list[str]:
    """Name the columns of a file of votes; none where it is no table.

    Raises
    ------
    VotesError
        When it cannot be read.
    """
    with one_sentence(file):
        opened = open_votes(file, {})
        return opened.collect_schema().names() if isinstance(opened, pl.LazyFrame) else []
