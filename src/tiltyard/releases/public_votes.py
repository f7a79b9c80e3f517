"""Write the public vote ledger: every counted vote without its words, and the boards of them."""

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path

import polars as pl

from tiltyard import __version__
from tiltyard.boards.living.single_votes import STYLE_LABELS
from tiltyard.boards.living.table import LivingTable
from tiltyard.boards.public_ledger.ledger import (
    FORMAT,
    LEDGER,
    VOTES,
    PublicLedger,
    sha256_of,
)
from tiltyard.boards.public_ledger.verifying import verify_public_ledger
from tiltyard.boards.published.document import Faces
from tiltyard.boards.published.publishing import BoardPublisher
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.slices.in_use import SlicesInUse
from tiltyard.labels.labeller import Labeller
from tiltyard.ledger import register
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.snapshots import read_numbered
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.files import empty_directory
from tiltyard.releases.public_boards import PublicBoard, files_of_boards, slices_of
from tiltyard.releases.public_columns import coarse_times, counted, public_columns

RECIPE = Recipe()
"""What all boards have in common."""

Written = tuple[PublicLedger, list[str]]


async def write_public_ledger(
    ledger: Ledger,
    slices: SlicesInUse,
    out: Path,
    labellers: Sequence[Labeller] | None = None,
) -> Written:
    """Publish what boards are due, and write them and their votes into an empty directory.

    Every vote that a board counts is in it, with who stood where, the outcome, the day, and the
    columns that the boards' slices and controls look at: no words, no battle's id, and no voter.
    Votes that come meanwhile wait for the next ledger. Every board is made again from what was
    written before this returns.

    Parameters
    ----------
    slices, labellers
        Which boards there are, and whose labels slices may ask for: those of the worker.

    Returns
    -------
    ledger : PublicLedger
        What was written.
    left_out : list
        The files of boards that are published but cannot be made of the votes of now.

    Raises
    ------
    ReleaseError
        When the directory is not empty or cannot be written, or there is no board.
    """
    async with ledger.reading() as connection:
        arenas = await register.read_arenas(connection)
    publisher = BoardPublisher(ledger, arenas, RECIPE, slices, labellers)
    with empty_directory(out):
        await publisher.publish_stale()
        published = await ledger.in_thread(partial(_read_boards, publisher))
        if not published:
            raise ReleaseError("There are no votes that a board could be made of.")
        async with ledger.reading() as connection:
            faces = Faces.of(await register.read_cards(connection))
        return await asyncio.to_thread(_write, publisher.table, published, faces, out)


def _read_boards(publisher: BoardPublisher, connection: SyncConnection) -> list[PublicBoard]:
    newest = [
        PublicBoard(arena, key, read_numbered(connection, number).board)
        for (arena, key), number in publisher.newest.items()
    ]
    return [one for one in newest if one.document["votes"]]


def _write(table: LivingTable, published: list[PublicBoard], faces: Faces, out: Path) -> Written:
    """Write the boards that follow from their votes, which most often are all."""
    left_out: list[str] = []
    while published:
        manifest = _write_files(table, published, faces, out)
        failing = {board.file for board, found in verify_public_ledger(out) if not found.holds}
        if not failing:
            return manifest, sorted(left_out)
        left_out += failing
        published = [one for one in published if one.file not in failing]
        shutil.rmtree(out)
    raise ReleaseError(
        f"None of the {len(left_out):,} boards that are published is what its votes give now: "
        "another worker may be publishing. Try again."
    )


def _write_files(
    table: LivingTable, published: Sequence[PublicBoard], faces: Faces, out: Path
) -> PublicLedger:
    wheres = {one.where for one in published}
    unit, votes = coarse_times(pl.concat(_votes(table, published, faces)), wheres)
    stream = BytesIO()
    votes.write_parquet(stream, compression="zstd")
    contents, boards = {VOTES: stream.getvalue()}, []
    for entry, files in files_of_boards(votes, published):
        boards.append(entry)
        contents |= files
    manifest = PublicLedger(
        format=FORMAT,
        tiltyard=__version__,
        written_at=datetime.now(UTC).isoformat(timespec="seconds"),
        votes=votes.height,
        times=unit,
        votes_sha256=sha256_of(contents[VOTES]),
        recipe=RECIPE.to_dict(),
        slices=slices_of(published),
        boards=boards,
    )
    contents[LEDGER] = manifest.to_json().encode()
    try:
        for name, content in contents.items():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_bytes(content)
    except OSError as error:
        raise ReleaseError(f"{out} cannot be written ({error.strerror}).") from error
    return manifest


def _votes(
    table: LivingTable, published: Sequence[PublicBoard], faces: Faces
) -> Iterator[pl.DataFrame]:
    """Give the votes that go out, arena by arena."""
    styles = STYLE_LABELS if any(one.key.control for one in published) else ()
    everywhere = {one.where for one in published}
    for arena in sorted({one.arena for one in published}):
        wheres = {one.where for one in published if one.arena == arena}
        rows = counted(table.battles(arena), wheres)
        yield public_columns(rows, everywhere, styles, faces.public_ids)
