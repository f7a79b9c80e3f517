"""Boards on disk: a directory whose manifest says what is in it, byte by byte."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from tiltyard.boards.errors import SavedBoardError
from tiltyard.boards.records import DECIMALS

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
