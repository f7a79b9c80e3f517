"""Read boards from disk, and refuse in one sentence what is none.

Apart from the rest, since pydantic takes longer to load than most boards to be made.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from io import BytesIO
from pathlib import Path
from reprlib import repr as short
from typing import Any, TypeVar

import polars as pl
from pydantic import TypeAdapter, ValidationError

from tiltyard.battles.json_text import read_json
from tiltyard.boards.errors import SavedBoardError
from tiltyard.boards.fitting.counted import Counted
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.records import Coefficient, Diagnostic, Standing, Step
from tiltyard.boards.saved.saving import (
    BOARD,
    COVARIANCE,
    FORMAT,
    MANIFEST,
    VOTES,
    Manifest,
)

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class _Document:
    """What the JSON of a board says; boards of old have no filters."""

    models: tuple[Standing, ...]
    log_likelihood: float | None
    coefficients: tuple[Coefficient, ...]
    diagnostics: tuple[Diagnostic, ...]
    recipe: dict[str, Any]
    data_sha256: str
    version: str
    filters: tuple[Step, ...] = ()


BOARD_KIND, MANIFEST_KIND = TypeAdapter(_Document), TypeAdapter(Manifest)


def read_board(path: str | Path) -> dict[str, Any]:
    """Read the fields of a board; see :meth:`tiltyard.boards.board.Board.load`."""
    place = Path(path)
    if not place.is_dir():
        return read_document(_parsed(read_file(place), place.name), place.name)
    values = read_document(_parsed(read_file(place / BOARD), BOARD), BOARD)
    recipe, models = values["recipe"], values["models"]
    votes = sum(one.battles for one in models) // 2
    most = None if recipe.needs_single_votes else votes + len(models)  # with those against itself
    values["counted"] = Counted.from_frame(read_table(place / VOTES, most), recipe)
    if (place / COVARIANCE).exists():
        table = read_table(place / COVARIANCE, len(models))
        values["covered"] = tuple(table["model"].to_list())
        values["covariance"] = table.drop("model").to_numpy()
    return values


def read_values(path: str | Path) -> dict[str, Any]:
    """Read all that the JSON of a board says, known or not.

    Raises
    ------
    SavedBoardError
        When it cannot be read.
    """
    place = Path(path)
    file = place / BOARD if place.is_dir() else place
    return _parsed(read_file(file), file.name)


def read_manifest(directory: str | Path) -> Manifest:
    """Read the manifest of a saved board.

    Raises
    ------
    SavedBoardError
        When there is none, or it is of another format.
    """
    values = _parsed(read_file(Path(directory) / MANIFEST), MANIFEST)
    if values.get("format") != FORMAT:
        raise SavedBoardError(
            f"{MANIFEST} is of format {values.get('format')}; "
            f"this version of Tiltyard reads {FORMAT}."
        )
    return _typed(MANIFEST_KIND, values, MANIFEST)


def read_file(file: Path) -> bytes:
    """Read a file of a saved board.

    Raises
    ------
    SavedBoardError
        When it is not there or cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise SavedBoardError(f"{file} cannot be read ({error.strerror}).") from error


def read_table(file: Path, most: int | None = None) -> pl.DataFrame:
    """Read a Parquet file of a saved board.

    Parameters
    ----------
    most
        This many rows can be of the board; more are not read, since a small file may hold millions.

    Raises
    ------
    SavedBoardError
        When it is not there, cannot be read, is no Parquet file, or has more rows.
    """
    if most is not None and (rows := rows_of(file)) > most:
        raise SavedBoardError(f"{file.name} has {rows:,} rows, and the board gives {most:,}.")
    try:
        return pl.read_parquet(BytesIO(read_file(file)))
    except pl.exceptions.PolarsError as error:
        raise SavedBoardError(f"{file.name} is damaged or cut short.") from error


def rows_of(file: Path) -> int:
    """Say how many rows a Parquet file has, without reading them.

    Raises
    ------
    SavedBoardError
        When it is not there, cannot be read, or is no Parquet file.
    """
    try:
        return int(pl.scan_parquet(BytesIO(read_file(file))).select(pl.len()).collect().item())
    except pl.exceptions.PolarsError as error:
        raise SavedBoardError(f"{file.name} is damaged or cut short.") from error


def read_document(values: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Read the fields of a board from its JSON values; what else is there is passed over.

    Raises
    ------
    SavedBoardError
        When they are not those of a board.
    """
    document = _typed(BOARD_KIND, values, source)
    read = {field.name: getattr(document, field.name) for field in fields(document)}
    return {**read, "recipe": read_recipe(document.recipe, source)}


def read_recipe(values: Mapping[str, Any], source: str) -> Recipe:
    """Read a recipe from its JSON values.

    Raises
    ------
    SavedBoardError
        When a value is of the wrong kind.
    """
    try:
        return Recipe.from_dict(values)
    except (TypeError, AttributeError, OverflowError) as error:
        raise SavedBoardError(
            f"{source} is not a board: a value of its recipe is of the wrong kind."
        ) from error


def _parsed(text: bytes, source: str) -> dict[str, Any]:
    try:
        values = read_json(text)
    except ValueError as error:
        raise SavedBoardError(
            f"{source} is not JSON: it may be cut short, or nested too deep."
        ) from error
    if not isinstance(values, dict):
        raise SavedBoardError(f"{source} is not a board.")
    return values


def _typed(kind: TypeAdapter[Kind], values: Mapping[str, Any], source: str) -> Kind:
    """Take JSON values for what they are; whole numbers are numbers too, but truth is none."""
    try:
        # Written again: lists are tuples and objects records only where pydantic reads JSON itself.
        return kind.validate_json(json.dumps(values), strict=True)
    except ValidationError as error:
        raise SavedBoardError(f"{source} is not a board: {_fault(error)}.") from error


def _fault(error: ValidationError) -> str:
    first = error.errors()[0]
    if not first["loc"]:  # half a character, which no text of UTF-8 has
        return str(first["msg"])
    *within, name = map(str, first["loc"])
    if first["type"] == "missing":
        return f"{' '.join(('its', *within)) if within else 'it'} has no {name}"
    return f"{' '.join(('its', *within, name))} is not to be {short(first['input'])}"
