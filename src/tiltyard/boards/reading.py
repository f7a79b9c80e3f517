"""Read of a file of votes what a recipe looks at, and no more."""

from collections.abc import Collection
from pathlib import Path

import polars as pl

from tiltyard.battles.files import one_sentence, open_votes
from tiltyard.battles.reading import read_battles
from tiltyard.battles.table import Battles
from tiltyard.boards.needs import needed_columns
from tiltyard.boards.recipe import Recipe


def read_for(recipe: Recipe, path: str | Path) -> Battles:
    """Read what a recipe needs: the conversations only when it counts something in them.

    Raises
    ------
    VotesError
        As :func:`tiltyard.read_battles` does.
    """
    if recipe.needs_only_votes:
        return read_battles(path, only_votes=True)
    needed = needed_columns(recipe, _columns_in(Path(path)))
    return read_battles(path, only_votes=needed is not None, also=needed or ())


def _columns_in(file: Path) -> Collection[str]:
    with one_sentence(file):
        opened = open_votes(file, {})
        return opened.collect_schema().names() if isinstance(opened, pl.LazyFrame) else ()
