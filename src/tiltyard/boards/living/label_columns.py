"""From rows of labels to one row of columns for each battle."""

from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from tiltyard.labels.labeller import LabelSource
from tiltyard.labels.labellers import score_column
from tiltyard.ledger.table_rows import VERSION

MODEL = "model@"
"""The versions of labels that a model gave begin so; they win over those of rules."""

ORDER = ("by_model", "in_use", "labelled_at", "label")
"""Of several labels of one labeller on one battle the last in this order counts."""

VERSION_OF = "version of "
"""Before the name of a labeller: the column that says which version's label counts."""


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
        given = tuple(sources)
        self._schemas = {one.name: pl.Schema(one.columns) for one in given}
        self._scores = {one.name: score_column(one) for one in given}
        self._in_use = {one.name: one.version for one in given}
        ids = battles.alias("battle_id").unique().to_frame()
        self._battles = ids.with_row_index("battle")
        self._parts: Mapping[str, list[pl.DataFrame]] = {name: [] for name in self._schemas}

    def add(self, rows: pl.DataFrame) -> None:
        """Take rows as :func:`tiltyard.ledger.table_rows.read_label_rows` gives them."""
        versions = rows["version"].unique().cast(pl.String).to_list()
        models = [version for version in versions if version.startswith(MODEL)]
        known = rows.join(self._battles, on="battle_id").with_columns(
            by_model=pl.col("version").is_in(models) if models else pl.lit(value=False)
        )
        for (labeller,), part in known.partition_by("labeller", as_dict=True).items():
            name = str(labeller)
            if name in self._schemas:
                ordered = part.with_columns(in_use=pl.col("version") == self._in_use[name])
                kept = ordered.select("battle", *ORDER, *self._beside(name))
                self._parts[name].append(kept.hstack(decode(part["value"], self._schemas[name])))

    def _beside(self, name: str) -> Iterator[pl.Expr]:
        """Give what stands beside a labeller's own columns: its version, and how sure it is."""
        yield pl.col("version").alias(VERSION_OF + name)
        score = self._scores[name]
        if score is not None:
            yield pl.col("score").alias(score)

    def frame(self, *, versions: bool = False) -> pl.DataFrame:
        """Give `battle_id` and every column, a row for each battle; null where nothing is known.

        Parameters
        ----------
        versions
            Whether each labeller also has the column :data:`VERSION_OF` it.
        """
        wide = self._battles
        for name, columns in self._schemas.items():
            parts = self._parts[name]
            if not parts:
                score = self._scores[name]
                schema = {
                    VERSION_OF + name: VERSION,
                    **({} if score is None else {score: pl.Float64()}),
                    **columns,
                }
                wide = wide.with_columns(
                    pl.lit(None, dtype).alias(column) for column, dtype in schema.items()
                )
                continue
            wide = wide.join(_that_count(pl.concat(parts)), on="battle", how="left")
        unwanted = () if versions else (VERSION_OF + name for name in self._schemas)
        return wide.drop("battle", *unwanted)


def _that_count(labels: pl.DataFrame) -> pl.DataFrame:
    """Keep one label of each battle; sorting costs most, and few battles have several."""
    several = labels["battle"].is_duplicated()
    if not several.any():
        return labels.drop(ORDER)
    last = labels.filter(several).sort(ORDER).unique("battle", keep="last")
    return pl.concat([labels.filter(~several), last]).drop(ORDER)


def decode(values: pl.Series, schema: pl.Schema) -> pl.DataFrame:
    """Read JSON objects as columns; one that is not of their types says nothing."""
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
