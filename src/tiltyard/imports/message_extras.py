"""What imported messages have beside their words: reasoning, pictures, and what is not kept."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from tiltyard.battles.conversations import conversation_column

MOST_REFERENCE = 2_000
"""A longer text in the place of an image is no name and no address of one, but the image itself."""

IMAGES = "images in their messages: only names and addresses of images are kept"
TOLD = ("role", "content", "reasoning_content")
IMAGE_IN_JSON = r'"image":\s*"'
IMAGES_IN_STATE = '", ["'
"""FastChat writes a message with images as a list of its text and the images."""


def extras(frame: pl.DataFrame, side: str) -> pl.Series | None:
    """Give what each message has beside its words; None where the set has nothing of the kind.

    Returns
    -------
    pl.Series
        One list per row, as long as that of `messages`, of structs with `reasoning`, a text, and
        `pictures`, parts of a message in JSON with commas between them.
    """
    column = conversation_column(frame, side)
    told: dict[str, pl.Expr] = {}
    if _message(column.dtype).get("reasoning_content") == pl.String:
        told["reasoning"] = pl.element().struct.field("reasoning_content")
    if _part(column.dtype).get("image") == pl.String:
        pictures = pl.when(_is_there() & _is_reference()).then(_picture(column.dtype)).drop_nulls()
        told["pictures"] = _content().list.eval(pictures).list.join(",")
    if not told:
        return None
    nothing = {name: pl.lit(None, pl.String) for name in ("reasoning", "pictures")}
    beside = pl.struct(one.alias(name) for name, one in (nothing | told).items())
    return column.to_frame().select(pl.col(column.name).list.eval(beside)).to_series()


def lacking_of(frame: pl.DataFrame, side: str) -> Mapping[str, pl.Series]:
    """Mark the rows whose messages have something that is not kept, by what."""
    return dict(_lost(frame, conversation_column(frame, side), side))


def _lost(frame: pl.DataFrame, column: pl.Series, side: str) -> Iterator[tuple[str, pl.Series]]:
    state = f"state_{side}"
    if state in frame.columns:
        yield IMAGES, frame[state].str.contains(IMAGES_IN_STATE, literal=True)
    elif column.dtype == pl.String:
        yield IMAGES, column.str.contains(IMAGE_IN_JSON)
    elif "image" in _part(column.dtype):
        kept = _is_reference() if _part(column.dtype)["image"] == pl.String else pl.lit(value=False)
        lost = (_is_there() & ~kept).any()
        yield IMAGES, _any(column, _content().list.eval(lost).list.first())
    for name in sorted(_message(column.dtype).keys() - {*TOLD}):
        there = pl.element().struct.field(name).is_not_null()
        yield f"the field {name} of their messages", _any(column, there)


def _any(column: pl.Series, message: pl.Expr) -> pl.Series:
    """Mark the rows in which something holds of a message."""
    found = pl.col(column.name).list.eval(message.any()).list.first()
    return column.to_frame().select(found).to_series()


def _is_there() -> pl.Expr:
    return pl.element().struct.field("image").is_not_null()


def _is_reference() -> pl.Expr:
    return pl.element().struct.field("image").str.len_bytes().is_between(1, MOST_REFERENCE)


def _picture(dtype: Any) -> pl.Expr:  # noqa: ANN401  # of polars
    part = pl.element().struct
    kind = part.field("mimeType") if "mimeType" in _part(dtype) else pl.lit(None, pl.String)
    said = pl.struct(part.field("image").alias("reference"), kind.alias("media_type"))
    whole = {"type": pl.lit("image"), "text": pl.lit(""), "data": said}
    return pl.struct(one.alias(name) for name, one in whole.items()).struct.json_encode()


def _content() -> pl.Expr:
    return pl.element().struct.field("content")


def _message(dtype: Any) -> Mapping[str, Any]:  # noqa: ANN401  # of polars
    """Name the fields of a message in lists of them."""
    inner = dtype.inner if isinstance(dtype, pl.List) else None
    return inner.to_schema() if isinstance(inner, pl.Struct) else {}


def _part(dtype: Any) -> Mapping[str, Any]:  # noqa: ANN401  # of polars
    """Name the fields of a part in messages made of them."""
    return _message(_message(dtype).get("content"))
