"""JSON of strangers: how deep it may be, and that it is whole."""

import json
from typing import Any

MOST_DEPTH = 32
"""Votes with whole conversations are about ten deep; what makes tables of them takes minutes
at a few hundred."""
TOO_DEEP = f"holds lists or objects more than {MOST_DEPTH} inside each other"


def read_json(text: str | bytes) -> Any:  # noqa: ANN401  # JSON is any of its types
    """Read JSON.

    >>> read_json('{"models": []}')
    {'models': []}

    Raises
    ------
    ValueError
        When it is no JSON, not whole, or deeper than :data:`MOST_DEPTH`.
    """
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ValueError(TOO_DEEP) from error
    if is_deep(value):
        raise ValueError(TOO_DEEP)
    return value


def is_deep(value: object) -> bool:
    """Say whether a JSON value is deeper than :data:`MOST_DEPTH`."""
    level = [value] if isinstance(value, list | dict) else []
    for _ in range(MOST_DEPTH):
        if not level:
            return False
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, list | dict)
        ]
    return bool(level)


def may_be_deep(line: bytes) -> bool:
    """Say whether a line of JSON has brackets enough for that: few have, and counting is quick."""
    return line.count(b"[") + line.count(b"{") > MOST_DEPTH
