"""Words in many languages that rules look for; each file says what its lists are."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources


def read_words(name: str) -> Mapping[str, Sequence[str]]:
    """Read the lists of one file: words, or regular expressions that `re` and polars both know."""
    text = (resources.files(__name__) / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def for_polars(expressions: Iterable[str]) -> str:
    """Match any of these expressions in any case, with the engine of polars."""
    return fast(rf"(?i){any_of(expressions)}")


def fast(expression: str) -> str:
    r"""Let the ends of words, ``\b``, be those of ASCII letters.

    For those of all scripts the engine of polars falls back to one that is fifty times slower.
    """
    return expression.replace(r"\b", r"(?-u:\b)")


def any_of(expressions: Iterable[str]) -> str:
    """Match any of these expressions."""
    return f"(?:{'|'.join(expressions)})"
