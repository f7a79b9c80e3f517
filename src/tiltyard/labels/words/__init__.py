"""Words in many languages that rules look for; each file says what its lists are."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources


def read_words(name: str) -> Mapping[str, Sequence[str]]:
    """Read the lists of one file: words, or regular expressions that `re` and polars both know."""
    text = (resources.files(__name__) / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def any_of(expressions: Iterable[str]) -> str:
    """Match any of these expressions."""
    return f"(?:{'|'.join(expressions)})"
