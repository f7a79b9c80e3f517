"""Write the public vote ledger: every counted vote without its words, and the boards of them."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from time import time
from typing import Any

import polars as pl

from tiltyard import __version__
from tiltyard.battles.columns import SCHEMA
from tiltyard.battles.pseudonyms import pseudonymise_voters
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.conditions import Condition, hold_all
from tiltyard.boards.document import CONTROLS, BoardKey, Faces
from tiltyard.boards.living.single_votes import STYLE_LABELS
from tiltyard.boards.living.table import LivingTable
from tiltyard.boards.public_ledger import (
    FORMAT,
    LEDGER,
    VOTES,
    LedgerBoard,
    PublicLedger,
    sha256_of,
    verify_public_ledger,
    votes_by_arena,
)
from tiltyard.boards.public_pooling import (
    ArenaBoard,
    PublicPooling,
    pooled_json,
    published_figures,
)
from tiltyard.boards.saving import read_document
from tiltyard.boards.slice_file import Slices
from tiltyard.labels.duplicates import BATTLES
from tiltyard.labels.labellers import label_sources, shipped_labellers
from tiltyard.ledger import register
from tiltyard.ledger.consents import opted_out
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.snapshots import newest_numbers, read_numbered
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.files import empty_directory
from tiltyard.releases.preparing import KEY_BYTES

BOARDS = "boards"
SOURCE = "source"
OTHER = "another battle"
"""What stands for the id of a battle that asked the same before."""


@dataclass(frozen=True, slots=True)
class _Published:
    """A published board's document, and which one it is."""

    arena: str
    key: BoardKey
    document: Mapping[str, Any]

    @property
    def file(self) -> str:
        return f"{self._name}.json"

    @property
    def pooled_file(self) -> str:
        return f"{self._name}.pooled.json"

    @property
    def ledger_key(self) -> ArenaBoard:
        return ArenaBoard(self.arena, *self.key)

    @property
    def within(self) -> str | None:
        return self.document.get("within")

    @property
    def _name(self) -> str:
        control = f"-{self.key.control}" if self.key.control else ""
        return f"{BOARDS}/{self.arena}/{self.key.slice}{control}"


async def write_public_ledger(ledger: Ledger, slices: Slices, out: Path) -> PublicLedger:
    """Write the votes of all published boards, and these boards, into an empty directory.

    Every vote that a board counts is in it, with who stood where, the outcome, when, and the
    columns that the boards' slices and controls look at: no words, no battle's id, and voters
    under a key that nobody keeps; of those who have opted out, nobody's. Every board is made again
    from what was written before this returns.

    Raises
    ------
    ReleaseError
        When the directory is not empty or cannot be written, nothing is published, or a published
        board is not what its votes give now, because some came since: let the worker publish first.
    """
    async with ledger.reading() as connection:
        faces = Faces.of(await register.read_cards(connection))
        arenas = await register.read_arenas(connection)
    return await ledger.in_thread(partial(_write, arenas, slices, faces, out))


def _write(
    arenas: Sequence[str], slices: Slices, faces: Faces, out: Path, connection: SyncConnection
) -> PublicLedger:
    published = [one for arena in arenas for one in _boards(connection, arena, slices)]
    if not published:
        raise ReleaseError("No board is published yet: run tiltyard worker first.")
    table = LivingTable(label_sources(shipped_labellers()))
    table.catch_up(connection, time())
    hidden = opted_out(connection)
    wanted = _columns(published)
    of_arenas = [
        _public(_counted(table.battles(arena), boards), faces, hidden, wanted)
        for arena, boards in _by_arena(published).items()
    ]
    votes = pl.concat(of_arenas).sort("arena", "voted_at", maintain_order=True)
    with empty_directory(out):
        manifest = _files(votes, published, out)
        _require_current(out)
    return manifest


def _boards(connection: SyncConnection, arena: str, slices: Slices) -> Iterator[_Published]:
    keys = [BoardKey(one.id, control) for one in slices.of_arena(arena) for control in CONTROLS]
    numbers = newest_numbers(connection, arena, keys)
    for key in keys:
        if key in numbers:
            yield _Published(arena, key, read_numbered(connection, numbers[key]).board)


def _by_arena(published: Sequence[_Published]) -> dict[str, list[_Published]]:
    arenas = sorted({one.arena for one in published})
    return {arena: [one for one in published if one.arena == arena] for arena in arenas}


def _counted(battles: Battles, published: Sequence[_Published]) -> Battles:
    """Keep the votes that at least one of these boards counts: imported ones are in few."""
    counted = pl.repeat(False, battles.frame.height, dtype=pl.Boolean, eager=True)
    for where in {tuple(one.document["recipe"]["where"]) for one in published}:
        counted |= hold_all(battles.frame, [Condition.parse(sql) for sql in where])
    return Battles(battles.frame.filter(counted))


def _columns(published: Sequence[_Published]) -> list[str]:
    """Name the columns that boards look at beside those of the battles table."""
    conditions = {sql for one in published for sql in one.document["recipe"]["where"]}
    columns = {SOURCE}.union(*(Condition.parse(sql).columns for sql in conditions))
    if any(one.key.control for one in published):
        columns |= STYLE_LABELS
    return sorted(columns - SCHEMA.keys())


def _public(
    battles: Battles, faces: Faces, hidden: set[str], columns: Sequence[str]
) -> pl.DataFrame:
    names = faces.public_ids
    voter = pl.col("voter").cast(pl.String)
    frame = battles.frame.with_columns(
        pl.lit(None, SCHEMA["battle_id"]).alias("battle_id"),
        *(pl.when(pl.col(one).is_not_null()).then(pl.lit(OTHER)).alias(one) for one in BATTLES),
        pl.when(~voter.is_in(list(hidden))).then(voter).cast(pl.Categorical).alias("voter"),
        *(
            pl.col(side).cast(pl.String).replace(names).cast(pl.Categorical)
            for side in ("model_a", "model_b")
        ),
    )
    return pseudonymise_voters(
        Battles(frame.select(*SCHEMA, *columns)), secrets.token_bytes(KEY_BYTES)
    ).frame


def _files(votes: pl.DataFrame, published: Sequence[_Published], out: Path) -> PublicLedger:
    stream = BytesIO()
    votes.write_parquet(stream, compression="zstd")
    contents, boards = {VOTES: stream.getvalue()}, []
    for one, files in _files_of_boards(votes, published):
        boards.append(_entry(one, files))
        contents |= files
    now = datetime.now(UTC).isoformat(timespec="seconds")
    digest = sha256_of(contents[VOTES])
    manifest = PublicLedger(FORMAT, __version__, now, votes.height, digest, boards)
    contents[LEDGER] = manifest.to_json().encode()
    try:
        for name, content in contents.items():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_bytes(content)
    except OSError as error:
        raise ReleaseError(f"{out} cannot be written ({error.strerror}).") from error
    return manifest


def _files_of_boards(
    votes: pl.DataFrame, published: Sequence[_Published]
) -> Iterator[tuple[_Published, dict[str, bytes]]]:
    """Write every board down, and its pooled figures where it has any."""
    made = {
        one.ledger_key: Board(**read_document(dict(one.document), one.file)) for one in published
    }
    recipes = {key: board.recipe for key, board in made.items()}
    pooling = PublicPooling(recipes, votes_by_arena(Battles(votes)))
    newest = {key: board.data_sha256 for key, board in made.items()}
    for one in published:
        board = made[one.ledger_key]
        files = {one.file: board.to_json().encode()}
        figures = _figures(one, board, newest, pooling)
        if figures is not None:
            files[one.pooled_file] = pooled_json(figures)
        yield one, files


def _figures(
    one: _Published, board: Board, newest: Mapping[ArenaBoard, str], pooling: PublicPooling
) -> Mapping[str, Any] | None:
    """Give a board's pooled figures: those published, or new ones where its parent moved on since.

    A board's snapshot is never changed when votes come that its parent alone counts.
    """
    figures = published_figures(one.document)
    if figures is not None:
        parent = one.ledger_key._replace(slice=str(figures["within"]))
        if figures["data_sha256"] == newest.get(parent):
            return figures
    return pooling.pooled(one.ledger_key, board, one.within)


def _entry(one: _Published, files: Mapping[str, bytes]) -> LedgerBoard:
    pooled = one.pooled_file if one.pooled_file in files else None
    return LedgerBoard(
        one.file,
        sha256_of(files[one.file]),
        one.arena,
        *one.key,
        str(one.document["published_at"]),
        one.within,
        pooled,
        sha256_of(files[pooled]) if pooled else None,
    )


def _require_current(out: Path) -> None:
    stale = [board.file for board, found in verify_public_ledger(out) if not found.holds]
    if stale:
        raise ReleaseError(
            f"{len(stale):,} boards are not what their votes give now, such as {stale[0]}: "
            "run tiltyard worker, then write the ledger into another directory."
        )
