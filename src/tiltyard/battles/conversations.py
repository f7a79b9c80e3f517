"""Read the conversations of a battles table, in whichever published shape they are kept."""

import json
from typing import Any

import polars as pl

from tiltyard.battles.errors import VotesError
from tiltyard.battles.json_text import read_json

PLACES = ("conversation_{}", "messages_{}", "response_{}", "full_conversation_{}", "completion_{}")
"""The columns that may hold what one side said, the first that is there and not all null."""

TEXTS = pl.List(pl.String)
MESSAGES = pl.List(pl.Struct({"role": pl.String, "content": pl.String}))
PROMPT_CHARS = 10_000


def messages(frame: pl.DataFrame, side: str) -> pl.Series:
    """Return what was said on one side as a list of messages with text.

    Understands lists of `role` and `content`, contents made of typed parts (whose texts are joined
    by newlines), JSON text of these, and the JSON lists of texts of the 55k set, whose prompts
    alternate with the answers.

    Parameters
    ----------
    frame
        With a column `conversation_a`, `messages_a`, `response_a` or `completion_a`.
    side
        `a` or `b`.

    Returns
    -------
    pl.Series
        Lists of `{role, content}`, both text, one per row; null where a row has none.

    Raises
    ------
    VotesError
        When there is no such column, or it holds something else.
    """
    column = conversation_column(frame, side)
    dtype = column.dtype
    if dtype == pl.String:
        prompts = frame["prompt"] if "prompt" in frame.columns else None
        return _from_texts(column, prompts)
    if dtype == pl.List(pl.Null):  # of rows in which nobody said anything
        return column.cast(MESSAGES)
    if not (isinstance(dtype, pl.List) and isinstance(dtype.inner, pl.Struct)):
        raise VotesError(f"The column {column.name} holds {dtype}, not messages.")
    fields = dtype.inner.to_schema()
    if not {"role", "content"} <= fields.keys():
        raise VotesError(f"The messages of {column.name} have no role and content.")
    message = pl.element().struct
    said = pl.struct(
        message.field("role").cast(pl.String),
        _text(message.field("content"), fields["content"]).alias("content"),
    )
    return column.to_frame().select(pl.col(column.name).list.eval(said)).to_series()


def conversation_column(frame: pl.DataFrame, side: str) -> pl.Series:
    """Return the column that holds what was said on one side, as it was read.

    Where the turn that was voted on and the whole conversation are columns of their own, it is the
    whole conversation in those rows in which that turn was the last: what came after a vote is not
    what it was about.

    Raises
    ------
    VotesError
        When there is none.
    """
    found = _place(frame, side)
    if found is not None:
        turn, whole = f"response_{side}", f"full_conversation_{side}"
        if found != turn or frame.schema.get(whole) != frame.schema[turn]:
            return frame[found]
        last = pl.col(whole).list.tail(pl.col(turn).list.len()) == pl.col(turn)
        chosen = pl.when(last).then(whole).otherwise(turn).alias(turn)
        return frame.select(chosen).to_series()
    names = " or ".join(place.format(side) for place in PLACES)
    raise VotesError(f"This needs the conversations, and the table has no column {names}.")


def has_conversations(frame: pl.DataFrame) -> bool:
    """Say whether what the two sides said came along."""
    return _place(frame, "a") is not None


def _place(frame: pl.DataFrame, side: str) -> str | None:
    names = [place.format(side) for place in PLACES]
    return next((name for name in names if frame.schema.get(name, pl.Null()) != pl.Null()), None)


def answers(frame: pl.DataFrame, side: str) -> pl.Series:
    """Return the text of all answers of one side, joined by newlines; null where there is none."""
    return _joined(messages(frame, side), "assistant").alias(f"answers_{side}")


def prompts(frame: pl.DataFrame) -> pl.Series:
    """Return what the person wrote, all turns joined by newlines, cut at 10,000 characters.

    This is the key by which the published sets call two prompts the same.
    """
    joined = _joined(messages(frame, "a"), "user") + "\n"
    return joined.str.head(PROMPT_CHARS).alias("prompt")


def _joined(said: pl.Series, role: str) -> pl.Series:
    message = pl.element().struct
    texts = pl.element().filter(message.field("role") == role).struct.field("content")
    column = pl.col(said.name).list.eval(texts.fill_null("")).list.join("\n")
    return said.to_frame().select(column).to_series()


def _text(content: pl.Expr, dtype: object) -> pl.Expr:
    if isinstance(dtype, pl.List):
        inner = dtype.inner
        texts = pl.element() if inner == pl.String else pl.element().struct.field("text")
        return content.list.eval(texts.drop_nulls()).list.join("\n")
    if isinstance(dtype, pl.Struct):
        return content.struct.field("text")
    return content.cast(pl.String)


def _from_texts(column: pl.Series, prompts: pl.Series | None) -> pl.Series:
    asked = prompts.to_list() if prompts is not None else [None] * len(column)
    rows = [
        None if given is None else _messages_in(given, prompt)
        for given, prompt in zip(column.to_list(), asked, strict=True)
    ]
    return pl.Series(column.name, rows, MESSAGES)


def _messages_in(given: str, prompt: str | None) -> list[dict[str, str | None]]:
    document = _document(given)
    if isinstance(document, list) and all(isinstance(one, dict) for one in document):
        return [{"role": one.get("role"), "content": _content(one)} for one in document]
    said = document if isinstance(document, list) else [given]
    asked = _document(prompt) if prompt is not None else []
    asked = asked if isinstance(asked, list) else [prompt]
    pairs = [*zip(asked, said, strict=False)] or [(None, one) for one in said]
    return [
        {"role": role, "content": _storable(text)}
        for question, answer in pairs
        for role, text in (("user", question), ("assistant", answer))
        if role == "assistant" or text is not None
    ]


def _document(text: str) -> Any:  # noqa: ANN401  # JSON is any of its types
    try:
        return read_json(text)
    except ValueError:
        return None


def _content(message: dict[str, Any]) -> str | None:
    content = message.get("content")
    if isinstance(content, list):
        parts = [one.get("text") if isinstance(one, dict) else one for one in content]
        return _storable("\n".join(part for part in parts if isinstance(part, str)))
    return _storable(content)


def _storable(text: object) -> str:
    """Make text of what JSON held; halves of surrogate pairs, which no file takes, become marks."""
    whole = "" if text is None else text if isinstance(text, str) else json.dumps(text)
    return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
