"""Languages as pages say them."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

MOSTLY = 0.8
"""More than this share of prompts in one language are mostly in it."""
UNTOLD = {None, "unknown"}


@cache
def language_names() -> Mapping[str, str]:
    """English names by code."""
    text = resources.files("tiltyard.web.pages").joinpath("language_names.toml").read_text("utf-8")
    return tomllib.loads(text)


def main_language(languages: Sequence[Mapping[str, Any]]) -> str | None:
    """Give the code of the language that nearly all prompts are in; None where there is none.

    Parameters
    ----------
    languages
        As a topic has them: each with its `prompts`, the most frequent first.
    """
    if not languages or languages[0]["language"] in UNTOLD:
        return None
    prompts = sum(one["prompts"] for one in languages)
    code: str = languages[0]["language"]
    return code if languages[0]["prompts"] > MOSTLY * prompts else None


def spoken_in(languages: Sequence[Mapping[str, Any]]) -> str:
    """Say in which language prompts are: `in Hindi`, `mostly in Hindi`, or nothing."""
    code = main_language(languages)
    if code is None:
        return ""
    name = language_names().get(code, code)
    return f"mostly in {name}" if len(languages) > 1 else f"in {name}"
