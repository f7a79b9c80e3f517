"""Give imported battles the columns back that they came with."""

import polars as pl

from tiltyard.battles.columns import source_of
from tiltyard.boards.living.label_columns import decode
from tiltyard.labels.publishers import AS_THEY_SAID, KEPT


def as_publishers_said(document: pl.DataFrame, told: pl.Series) -> pl.DataFrame:
    """Put what publishers said of their battles into the columns of a schema.

    A column that came with a battle goes out as it came, its id in that set too; where none came,
    ours stands.

    Parameters
    ----------
    document
        Votes laid out in a published schema.
    told
        The labels of their publishers as JSON; null for battles that are our own.
    """
    rows = told.is_not_null().arg_true().rename("row").to_frame()
    wanted = {name: dtype for name, dtype in document.schema.items() if name in KEPT}
    if id_ := source_of("battle_id", document.columns):
        wanted["battle_id"] = document.schema[id_]
    if rows.is_empty() or not wanted:
        return document
    schema = pl.Schema({AS_THEY_SAID: pl.Struct(wanted)})
    theirs = decode(told.gather(rows["row"]), schema)[AS_THEY_SAID].struct.unnest()
    theirs = theirs.rename({"battle_id": id_} if id_ else {})
    whole = document.with_row_index("row").join(
        rows.hstack(theirs), on="row", how="left", maintain_order="left", suffix=" of theirs"
    )
    return whole.select(
        pl.coalesce(f"{name} of theirs", name).alias(name)
        if name in theirs.columns
        else pl.col(name)
        for name in document.columns
    )
