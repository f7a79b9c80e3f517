"""Boards on disk: a directory whose manifest says what is in it, byte by byte."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

import polars as pl

from tiltyard.boards.errors import SavedBoardError
from tiltyard.boards.fitting.counted import Counted
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.records import DECIMALS, Coefficient, Diagnostic, Standing, Step

if TYPE_CHECKING:
    from tiltyard.boards.board import Board

BOARD, TABLE, VOTES = "board.json", "board.parquet", "votes.parquet"
COVARIANCE, MANIFEST = "covariance.parquet", "manifest.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a saved board is made of.

    Parameters
    ----------
    format
        Of the directory; 1.
    version
        The version of Tiltyard that wrote it.
    data_sha256
        Digest of the votes as the recipe saw them.
    recipe_sha256
        Digest of the recipe.
    seed
        Where all random numbers started.
    files
        The SHA-256 of every other file in the directory.
    """

    format: int
    version: str
    data_sha256: str
    recipe_sha256: str
    seed: int
    files: Mapping[str, str]


def write_board(board: "Board", directory: str | Path) -> None:
    """Do what :meth:`tiltyard.boards.board.Board.save` says."""
    contents = board_files(board)
    if VOTES not in contents:
        raise SavedBoardError("This board was read without its votes: rank them again to save it.")
    files = {name: _sha256(content) for name, content in sorted(contents.items())}
    manifest = Manifest(
        FORMAT, board.version, board.data_sha256, board.recipe.sha256, board.recipe.seed, files
    )
    contents[MANIFEST] = (json.dumps(asdict(manifest), indent=2) + "\n").encode()
    place = Path(directory)
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (place / name).write_bytes(content)
        if COVARIANCE not in contents:
            (place / COVARIANCE).unlink(missing_ok=True)
    except OSError as error:
        raise SavedBoardError(f"{place} cannot be written ({error.strerror}).") from error


def board_files(board: "Board") -> dict[str, bytes]:
    """Give the contents of every file of a saved board but its manifest, by name."""
    contents = {BOARD: board.to_json().encode(), TABLE: _parquet(board_table(board))}
    if board.counted is not None:
        contents[VOTES] = _parquet(board.counted.to_frame())
    if board.covariance is not None:
        contents[COVARIANCE] = _parquet(_covariance_frame(board))
    return contents


def read_board(path: str | Path) -> dict[str, Any]:
    """Read the fields of a board; see :meth:`tiltyard.boards.board.Board.load`."""
    place = Path(path)
    if not place.is_dir():
        return _from_json(read_file(place), place.name)
    values = _from_json(read_file(place / BOARD), BOARD)
    values["counted"] = Counted.from_frame(read_table(place / VOTES), values["recipe"])
    if (place / COVARIANCE).exists():
        table = read_table(place / COVARIANCE)
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
    manifest: Manifest = _record(Manifest, values, MANIFEST)
    return manifest


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


def read_table(file: Path) -> pl.DataFrame:
    """Read a Parquet file of a saved board.

    Raises
    ------
    SavedBoardError
        When it is not there, cannot be read, or is no Parquet file.
    """
    try:
        return pl.read_parquet(BytesIO(read_file(file)))
    except pl.exceptions.PolarsError as error:
        raise SavedBoardError(f"{file.name} is damaged or cut short.") from error


def _from_json(text: bytes, source: str) -> dict[str, Any]:
    return read_document(_parsed(text, source), source)


def read_document(values: dict[str, Any], source: str) -> dict[str, Any]:
    """Read the fields of a board from its JSON values; what else is there is passed over.

    Raises
    ------
    SavedBoardError
        When they are not those of a board.
    """
    try:
        return {
            "models": _records(Standing, values, "models", source),
            "log_likelihood": _as(float | None, values["log_likelihood"], "log_likelihood", source),
            "coefficients": _records(Coefficient, values, "coefficients", source),
            "diagnostics": _records(Diagnostic, values, "diagnostics", source),
            "recipe": read_recipe(_object(values["recipe"], "recipe", source), source),
            "data_sha256": _as(str, values["data_sha256"], "data_sha256", source),
            "version": _as(str, values["version"], "version", source),
            "filters": _records(Step, {"filters": []} | values, "filters", source),
        }
    except KeyError as error:
        raise SavedBoardError(f"{source} is not a board: it has no {error.args[0]}.") from error


def _parsed(text: bytes, source: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except ValueError as error:
        raise SavedBoardError(f"{source} is not JSON: it may be cut short.") from error
    if not isinstance(values, dict):
        raise SavedBoardError(f"{source} is not a board.")
    return values


def _records(kind: type[Any], values: dict[str, Any], name: str, source: str) -> tuple[Any, ...]:
    rows = values[name]
    if not isinstance(rows, list):
        raise SavedBoardError(f"{source} is not a board: its {name} are no list.")
    return tuple(_record(kind, _object(row, f"entry in {name}", source), source) for row in rows)


def _object(value: object, name: str, source: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SavedBoardError(f"{source} is not a board: its {name} is no object, but {value!r}.")
    return value


def read_recipe(values: Mapping[str, Any], source: str) -> Recipe:
    """Read a recipe from its JSON values.

    Raises
    ------
    SavedBoardError
        When a value is of the wrong kind.
    """
    try:
        return Recipe.from_dict(values)
    except (TypeError, AttributeError) as error:
        raise SavedBoardError(
            f"{source} is not a board: a value of its recipe is of the wrong kind."
        ) from error


def _record(kind: type[Any], values: dict[str, Any], source: str) -> Any:  # noqa: ANN401  # one of the board's records
    hints = get_type_hints(kind)
    given = {
        name: _as(hints[name], tuple(value) if isinstance(value, list) else value, name, source)
        for name, value in values.items()
        if name in hints
    }
    try:
        return kind(**given)
    except TypeError as error:
        raise SavedBoardError(f"{source} is not a board of this version ({error}).") from error


def _as(hint: Any, value: Any, name: str, source: str) -> Any:  # noqa: ANN401  # any type and its value
    """Take a value of a record's type; whole numbers are numbers too, but truth is none."""
    allowed = tuple(get_origin(one) or one for one in get_args(hint) or (hint,))
    if get_origin(hint) not in {None, UnionType}:  # a list or a mapping: its kind is what counts
        allowed = (get_origin(hint),)
    if float in allowed:
        allowed += (int,)
    if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
        raise SavedBoardError(f"{source} is not a board: its {name} is not to be {value!r}.")
    return value


def board_table(board: "Board") -> pl.DataFrame:
    """Lay the rows of a board out as its Parquet file holds them."""
    kinds: dict[str, Any] = {
        "model": pl.String,
        **dict.fromkeys(("rating", "lower", "upper", "standard_error"), pl.Float64),
        **dict.fromkeys(("rank", "rank_lower", "rank_upper"), pl.Int64),
        **dict.fromkeys(("battles", "wins", "losses", "ties"), pl.Int64),
        "probability_best": pl.Float64,
        "tie_groups": pl.List(pl.Int64),
    }
    rows = board.to_dict()["models"]
    return pl.DataFrame([[row[name] for name in kinds] for row in rows], kinds, orient="row")


def _covariance_frame(board: "Board") -> pl.DataFrame:
    names = list(board.covered)
    rounded = pl.DataFrame(board.covariance, names).select(pl.all().round(DECIMALS))
    return rounded.insert_column(0, pl.Series("model", names))


def _parquet(frame: pl.DataFrame) -> bytes:
    stream = BytesIO()
    frame.write_parquet(stream, compression="zstd")
    return stream.getvalue()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
