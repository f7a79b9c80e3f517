"""Where two boards differ: JSON values side by side, and covariances."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from tiltyard.ratings.pair_counts import Floats

CLOSE = 1e-6
"""How far apart two numbers may be, absolutely or relatively: another processor's last digits."""

Found = tuple[float, str | None]
"""The gap of two numbers (0 for anything else), and a sentence if that is a difference."""


def compare_values(
    before: Any,  # noqa: ANN401  # JSON is any of its types
    after: Any,  # noqa: ANN401  # likewise
    where: str,
) -> Iterator[Found]:
    """Walk two JSON values side by side.

    >>> [said for _, said in compare_values({"a": [1, 2]}, {"a": [1, 3]}, "board")]
    [None, 'board, a 2: saved 2, rebuilt 3.']
    """
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        for key, value in before.items():
            yield from compare_values(value, after[key], f"{where}, {key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True), 1):
            yield from compare_values(one, other, f"{where} {_named(one, number)}")
    else:
        both = _is_number(before) and _is_number(after)
        same = (
            math.isclose(before, after, rel_tol=CLOSE, abs_tol=CLOSE) if both else before == after
        )
        sentence = f"{where}: saved {_short(before)}, rebuilt {_short(after)}."
        yield abs(before - after) if both else 0.0, None if same else sentence


def values_beside(
    given: Any,  # noqa: ANN401  # JSON is any of its types
    known: Any,  # noqa: ANN401  # likewise
    where: str = "",
) -> Iterator[str]:
    """Name what one JSON value has that another of its form has no place for.

    >>> list(values_beside({"a": [{"b": 1, "c": 2}], "d": 3}, {"a": [{"b": 1}]}))
    ['a c', 'd']
    """
    if isinstance(given, dict) and isinstance(known, dict):
        for key, value in given.items():
            if key in known:
                yield from values_beside(value, known[key], f"{where}{key} ")
            else:
                yield f"{where}{key}"
    elif isinstance(given, list) and isinstance(known, list):
        for one, other in zip(given, known, strict=False):
            yield from values_beside(one, other, where)


def compare_covariances(
    names: tuple[Sequence[str], Sequence[str]], saved: Floats | None, rebuilt: Floats | None
) -> Found:
    """Compare two covariances, each with the names of its models; name the widest gap."""
    if saved is None and rebuilt is None:
        return 0.0, None
    if saved is None or rebuilt is None:
        there = "is not there" if saved is None else "should not be there"
        return 0.0, f"The covariance {there}."
    if tuple(names[0]) != tuple(names[1]) or saved.shape != rebuilt.shape:
        return 0.0, "The covariance is not of the models that the votes give one to."
    gaps = np.abs(saved - rebuilt)
    if gaps.size == 0 or np.isclose(saved, rebuilt, rtol=CLOSE, atol=CLOSE).all():
        return float(gaps.max(initial=0.0)), None
    place = int(np.nanargmax(gaps))
    row, column = divmod(place, gaps.shape[1])
    sentence = (
        f"The covariance of {names[0][row]} and {names[0][column]}: saved "
        f"{saved[row, column]:.6g}, rebuilt {rebuilt[row, column]:.6g}."
    )
    return float(gaps[row, column]), sentence


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _named(row: Any, number: int) -> str:  # noqa: ANN401  # JSON is any of its types
    if isinstance(row, dict):
        return str(row.get("model", row.get("name", row.get("kind", number))))
    return str(number)


def _short(value: object) -> str:
    if isinstance(value, list):
        return f"{len(value)} entries"
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"  # noqa: PLR2004  # a line's worth
