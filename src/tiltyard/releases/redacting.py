"""Remove personal data from what is released, and count what was removed."""

from collections import Counter

import polars as pl

from tiltyard.labels.personal_data import find_personal_data, may_hold_personal_data

CONVERSATIONS = ("conversation_a", "conversation_b")
TEXTS = (*CONVERSATIONS, "comment")


def mark(kind: str) -> str:
    """Write down what stands where personal data was.

    >>> mark("api_key")
    '[API KEY]'
    """
    return f"[{kind.replace('_', ' ').upper()}]"


def redact(text: str) -> tuple[str, Counter[str]]:
    """Put marks in place of personal data.

    Returns
    -------
    text : str
        Without it.
    removed : Counter
        How many pieces of each kind there were.
    """
    pieces, end = [], 0
    removed: Counter[str] = Counter()
    for found in find_personal_data(text):
        pieces += [text[end : found.start], mark(found.kind)]
        end = found.end
        removed[found.kind] += 1
    return "".join([*pieces, text[end:]]), removed


def redact_frame(frame: pl.DataFrame) -> tuple[pl.DataFrame, Counter[str], pl.Series]:
    """Remove personal data from conversations and comments.

    Returns
    -------
    frame : pl.DataFrame
        With the same columns.
    removed : Counter
        How many pieces of each kind went, each message counted.
    touched : pl.Series
        In which rows something went.
    """
    removed: Counter[str] = Counter()
    touched = pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    for name in TEXTS:
        changes, counts = _changes(_texts(frame, name))
        if not changes:
            continue
        column, hits = _changed(frame, name, changes)
        for text, times in _times(_texts(frame, name), changes).items():
            removed.update({kind: n * times for kind, n in counts[text].items()})
        frame = frame.with_columns(column)
        touched |= hits
    return frame, removed, touched


def _texts(frame: pl.DataFrame, name: str) -> pl.Series:
    if name not in CONVERSATIONS:
        return frame[name].drop_nulls()
    said = frame[name].drop_nulls().explode(empty_as_null=False)
    return said.struct.field("content").drop_nulls()


def _changes(texts: pl.Series) -> tuple[dict[str, str], dict[str, Counter[str]]]:
    """Find what each text with personal data becomes, and what is in it."""
    distinct = texts.unique()
    changes, counts = {}, {}
    for text in distinct.filter(may_hold_personal_data(distinct)):
        without, removed = redact(text)
        if removed:
            changes[text], counts[text] = without, removed
    return changes, counts


def _times(texts: pl.Series, changes: dict[str, str]) -> dict[str, int]:
    counted = texts.filter(texts.is_in(list(changes))).value_counts(name="times")
    return dict(counted.iter_rows())


def _changed(
    frame: pl.DataFrame, name: str, changes: dict[str, str]
) -> tuple[pl.Series, pl.Series]:
    if name not in CONVERSATIONS:
        column = frame[name]
        return column.replace(changes), column.is_in(list(changes)).fill_null(value=False)
    content = pl.element().struct.field("content")
    messages = pl.struct(pl.element().struct.field("role"), content.replace(changes))
    changed = frame.select(pl.col(name).list.eval(messages)).to_series()
    found = frame.select(pl.col(name).list.eval(content.is_in(list(changes)).any()).list.first())
    return changed, found.to_series().fill_null(value=False)
