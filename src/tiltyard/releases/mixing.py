"""Rows in the order of their ids, which are random: nothing tells whose vote came after whose."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from tiltyard.releases.files import writing

AT_ONCE = 5_000
"""How many rows are given at a time."""


def in_order_of_ids(frames: Iterable[pl.DataFrame], directory: Path) -> Iterator[pl.DataFrame]:
    """Give all rows of frames ordered by `battle_id` and `turn`; one frame without rows for none.

    A sixteenth of the rows is in memory at a time: all wait in files, those whose ids begin with
    the same digit together.

    Parameters
    ----------
    frames
        All have the same columns. Ids are in hexadecimal digits.
    directory
        Where there is room for the files.

    Raises
    ------
    ReleaseError
        When they cannot be written.
    """
    with writing(directory):
        drafts = TemporaryDirectory(dir=directory, prefix=".mixing-")
    with drafts as place:
        alike: defaultdict[str, list[Path]] = defaultdict(list)
        nothing: list[pl.DataFrame] = []
        for number, frame in enumerate(frames):
            nothing = [frame.clear()]
            for (digit,), rows in frame.group_by(pl.col("battle_id").str.head(1)):
                file = Path(place, f"{digit}-{number}.arrow")
                with writing(directory):
                    rows.write_ipc(file, compression="lz4")
                alike[str(digit)].append(file)
        if not alike:
            yield from nothing
        for _, files in sorted(alike.items()):
            rows = pl.concat(pl.read_ipc(file) for file in files)
            yield from rows.sort("battle_id", "turn").iter_slices(AT_ONCE)
