"""From rows of labels to one row of columns for each battle."""

from collections.abc import Iterable, Mapping

import polars as pl

from tiltyard.labels.labeller import LabelSource

MODEL = "model@"
"""The versions of labels that a model gave begin so; they win over those of rules."""

ORDER = ("by_model", "labelled_at", "label")
"""Of several labels of one labeller on one battle the last in this order counts."""


class LabelColumns:
    """Takes rows of labels in, part by part, and gives the columns of the labels that count.

    Parameters
    ----------
    sources
        Whose labels have columns; those of others are passed over.
    battles
        The ids of the battles that matter.
    """

    def __init__(self, sources: Iterable[LabelSource], battles: pl.Series) -> None:
        self._schemas = {one.name: pl.Schema(one.columns) for one in sources}
        ids = battles.alias("battle_id").unique().to_frame()
        self._battles = ids.with_row_index("battle")
        self._parts: Mapping[str, list[pl.DataFrame]] = {name: [] for name in self._schemas}

    def add(self, rows: pl.DataFrame) -> None:
        """Take rows as :func:`tiltyard.ledger.table_rows.read_label_rows` gives them."""
        known = rows.join(self._battles, on="battle_id").with_columns(
            by_model=pl.col("version").cast(pl.String).str.starts_with(MODEL)
        )
        for (name,), part in known.partition_by("labeller", as_dict=True).items():
            if name in self._schemas:
                decoded = _decoded(part["value"], self._schemas[str(name)])
                kept = part.select("battle", *ORDER).hstack(decoded)
                self._parts[str(name)].append(kept)

    def frame(self) -> pl.DataFrame:
        """Give `battle_id` and every column, a row for each battle; null where nothing is known."""
        wide = self._battles
        for name, schema in self._schemas.items():
            parts = self._parts[name]
            if not parts:
                wide = wide.with_columns(
                    pl.lit(None, dtype).alias(column) for column, dtype in schema.items()
                )
                continue
            newest = pl.concat(parts).sort(ORDER).unique("battle", keep="last")
            wide = wide.join(newest.drop(ORDER), on="battle", how="left")
        return wide.drop("battle")


def _decoded(values: pl.Series, schema: pl.Schema) -> pl.DataFrame:
    """Read JSON objects; one that is not of its columns' types says nothing."""
    plain = {
        name: pl.String() if dtype == pl.Categorical else dtype for name, dtype in schema.items()
    }
    return _objects(values, pl.Schema(plain)).cast(schema)


def _objects(values: pl.Series, schema: pl.Schema) -> pl.DataFrame:
    try:
        return values.str.json_decode(pl.Struct(schema)).struct.unnest()
    except pl.exceptions.PolarsError:
        if values.len() == 1:
            return schema.to_frame().clear(1)
        middle = values.len() // 2
        return pl.concat(_objects(half, schema) for half in (values[:middle], values[middle:]))
