"""What the demo contestants say around their answers, in each language they speak."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language's phrases; the names say who uses them, the rest is for unprepared prompts."""

    heron_sure: str
    heron_unsure: str
    owl_first: str
    owl_rest: str
    owl_last: str
    owl_again: str
    robin_hello: list[str]
    robin_bye: list[str]
    magpie_opening: list[str]
    magpie_closing: str
    swift_label: str
    peacock_closing: str
    cuckoo_closing: str
    canned: str
    counted: str
    code: str
    table: str
    character: str
    times: str
    space: str


@cache
def phrases() -> dict[str, Phrases]:
    """Return the phrases of every language, by its two-letter code."""
    tables = tomllib.loads(files(__package__).joinpath("phrases.toml").read_text("utf-8"))
    return {language: Phrases(**table) for language, table in tables.items()}
