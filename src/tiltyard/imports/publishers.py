"""What the publishers of a set said of its battles, as labels of theirs."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import polars as pl

from tiltyard.battles.codecs import OWN
from tiltyard.battles.columns import SCHEMA
from tiltyard.battles.conversations import PLACES
from tiltyard.battles.files import parsed
from tiltyard.imports.batches import COPY, ROW
from tiltyard.labels.labeller import ColumnType
from tiltyard.labels.labellers import label_columns
from tiltyard.labels.occupations import OCCUPATIONS
from tiltyard.labels.publishers import AS_THEY_SAID, COLUMNS, KEPT, LABELLER
from tiltyard.labels.trained import CRITERIA, HARD_FROM

NUL = "\\u0000"
"""A character that no database keeps in JSON."""

CRITERIA_AT = "category_tag/criteria_v0.1"
WEIGHTS = "their weights: each of them counts as one vote"

ELSEWHERE = frozenset(
    {
        *("id", ROW, COPY, "prompt", "anony", "source", "tags", "comment", LABELLER),
        *(place.format(side) for place in PLACES for side in "ab"),
        *(f"{name}_{side}" for name in ("system_prompt", "state", "shown") for side in "ab"),
        *("model_pair_name", "opening_msg", "conv_turns"),
    }
)
"""Columns that are battles, sides and turns in the ledger, or say again what those do."""

FOUND_AT: dict[str, tuple[str, ...]] = {
    "published_language": ("language",),
    "published_code": ("is_code", "code"),
    "published_maths": ("category_tag/math_v0.1/math", "maths"),
    "published_creative_writing": (
        "category_tag/creative_writing_v0.1/creative_writing",
        "creative_writing",
    ),
    "published_instruction_following": ("category_tag/if_v0.1/if", "instruction_following"),
    "published_hard": ("hard",),
    "published_refusal": ("is_refusal",),
    "published_occupations": ("occupations",),
    "published_topics": ("metadata/categories", "categories"),
}
"""Where the published sets, and Tiltyard's own, have what our columns of theirs say."""


def kept_columns(frame: pl.DataFrame) -> list[str]:
    """Name the columns that say something of the battles and are kept as they are."""
    known = KEPT | label_columns().keys()
    return [name for name in frame.columns if name in known and _is_told(frame[name])]


def _is_told(column: pl.Series) -> bool:
    if column.name == "weight":
        return bool((column != 1).any())
    return column.null_count() < column.len() and not _is_within(column.dtype, pl.Binary())


def _is_within(dtype: object, sought: pl.DataType) -> bool:
    if isinstance(dtype, pl.List | pl.Array):
        return _is_within(dtype.inner, sought)
    if isinstance(dtype, pl.Struct):
        return any(_is_within(field.dtype, sought) for field in dtype.fields)
    return dtype == sought


def unkept(frame: pl.DataFrame) -> Counter[str]:
    """Count the battles that have something in a column that is not kept, by the column."""
    elsewhere = {*SCHEMA, *ELSEWHERE, *kept_columns(frame)}
    names = [name for name in frame.columns if name not in elsewhere]
    found = Counter({f"the column {name}": _filled(frame[name]) for name in names})
    found[WEIGHTS] = int((frame["weight"] != 1).sum())
    return +found


def _filled(column: pl.Series) -> int:
    return column.len() - column.null_count()


def labels_of_publishers(frame: pl.DataFrame, version: str) -> pl.DataFrame:
    """Make the rows of the table of labels, one for each battle of which something is said.

    Parameters
    ----------
    frame
        Of the battles table, with the battles' ids in `id`.
    version
        The schema of their file.
    """
    value = _values(frame, kept_columns(frame))
    if version == OWN.name and LABELLER in frame.columns:
        passed_on = _passed_on(frame[LABELLER])
        value = passed_on.zip_with(passed_on.is_not_null(), value)
    return (
        pl.DataFrame([frame["id"].alias("battle"), value])
        .drop_nulls("value")
        .select(
            "battle",
            pl.lit(LABELLER).alias("labeller"),
            pl.lit(version).alias("labeller_version"),
            "value",
            pl.lit(datetime.now(UTC), pl.Datetime("us", "UTC")).alias("labelled_at"),
        )
    )


def _values(frame: pl.DataFrame, names: Sequence[str]) -> pl.Series:
    """Write down what is said in some columns; of rows in which nothing is, nothing."""
    if not names:
        return pl.repeat(None, frame.height, dtype=pl.String, eager=True).alias("value")
    kept = frame.select("battle_id", *(_plain(frame, name) for name in names))
    told = [one.alias(name) for name, one in _told(kept).items()]
    said = pl.struct(pl.struct(pl.all()).alias(AS_THEY_SAID), *told).struct.json_encode()
    there = pl.any_horizontal(pl.col(name).is_not_null() for name in names)
    value = pl.when(there).then(said.str.replace_all(NUL, "\\ufffd", literal=True))
    return kept.select(value.alias("value")).to_series()


def _passed_on(told: pl.Series) -> pl.Series:
    """Take what an export of another Tiltyard's says as it says it, if it is a JSON object."""
    texts = told.cast(pl.String).to_list()
    objects = (text if isinstance(parsed(text or ""), dict) else None for text in texts)
    return pl.Series("value", objects, pl.String)


def _plain(frame: pl.DataFrame, name: str) -> pl.Expr:
    """Take a column as JSON can say it; a weight of one says nothing."""
    if name == "weight":
        return pl.when(pl.col(name) != 1).then(name).alias(name)
    categories = isinstance(frame.schema[name], pl.Categorical | pl.Enum)
    return pl.col(name).cast(pl.String) if categories else pl.col(name)


def _told(frame: pl.DataFrame) -> Mapping[str, pl.Expr]:
    """Find what our columns of theirs say; of what the file does not say, nothing."""
    told: dict[str, pl.Expr] = {}
    for name, places in FOUND_AT.items():
        if found := list(_found(frame, places, COLUMNS[name])):
            told[name] = pl.coalesce(found)
    criteria = list(_found(frame, [f"{CRITERIA_AT}/{one}" for one in CRITERIA], pl.Boolean))
    if len(criteria) == len(CRITERIA):
        told["published_hard"] = pl.sum_horizontal(criteria, ignore_nulls=False) >= HARD_FROM
    tags = list(_found(frame, [f"occupational_tags/{one}" for one in OCCUPATIONS], pl.Boolean))
    if len(tags) == len(OCCUPATIONS):
        named = [pl.when(tag).then(pl.lit(one)) for one, tag in zip(OCCUPATIONS, tags, strict=True)]
        told["published_occupations"] = pl.concat_list(named).list.drop_nulls()
    return told


def _found(frame: pl.DataFrame, places: Sequence[str], wanted: ColumnType) -> Iterator[pl.Expr]:
    return (one for place in places if (one := _at(frame, place, wanted)) is not None)


def _at(frame: pl.DataFrame, place: str, wanted: ColumnType) -> pl.Expr | None:
    """Give the field at a place, if there is one of the type that is wanted."""
    name, *inner = place.split("/")
    found: pl.Expr = pl.col(name)
    dtype: ColumnType | None = frame.schema.get(name)
    for field in inner:
        fields = (
            {one.name: one.dtype for one in dtype.fields} if isinstance(dtype, pl.Struct) else {}
        )
        found, dtype = found.struct.field(field), fields.get(field)
    return found if dtype == wanted else None
