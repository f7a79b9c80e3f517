"""What a slice may ask for is what the tables have that slices are cut from."""

from pathlib import Path

import pytest

from exported import battle, record
from opened import open_ledger
from tiltyard.boards.errors import SliceError
from tiltyard.boards.living.table import battles_of
from tiltyard.boards.published.publishing import BoardPublisher
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.slices.columns import sample_votes, slice_columns
from tiltyard.boards.slices.slice_file import read_slices
from tiltyard.labels.labellers import label_sources, shipped_labellers
from tiltyard.releases.tables import read_tables

pytestmark = pytest.mark.anyio


async def test_every_column_that_a_slice_may_ask_for_is_there(tmp_path: Path) -> None:
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        await record(ledger, [battle(1)])
        labels = label_sources(shipped_labellers())
        table = BoardPublisher(ledger, ["text"], Recipe())._table
        (frame,) = await ledger.in_thread(lambda c: list(read_tables(c, "text", labels)))
    assert slice_columns().keys() <= {*battles_of(table.rows).frame.columns}
    assert slice_columns().keys() <= {*frame.columns}


def test_no_slice_asks_whose_a_vote_is(tmp_path: Path) -> None:
    file = tmp_path / "slices.toml"
    for column in ("voter", "battle_id"):
        file.write_text(f"[[slice]]\nid = 'one'\nname = 'One'\nwhere = \"{column} LIKE 'a%'\"\n")
        with pytest.raises(
            SliceError, match=f"looks at the column {column}, and the votes have none"
        ):
            read_slices(file).refuse_unless_usable(sample_votes())
