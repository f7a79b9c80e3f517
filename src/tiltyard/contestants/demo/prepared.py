"""The prompts the demo contestants are prepared for, with answers of graded quality."""

import tomllib
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Quality(StrEnum):
    """How good an answer is, before a contestant's habits are added."""

    THOROUGH = "thorough"
    CRISP = "crisp"
    SHALLOW = "shallow"
    WRONG = "wrong"

    @property
    def grade(self) -> float:
        """How much a careful reader likes such an answer, between 0 and 1."""
        return _GRADES[self]


_GRADES = {
    Quality.THOROUGH: 0.9,
    Quality.CRISP: 0.8,
    Quality.SHALLOW: 0.45,
    Quality.WRONG: 0.15,
}


@dataclass(frozen=True, slots=True)
class SuggestedPrompt:
    """A prompt to offer to a person who does not know what to ask.

    Attributes
    ----------
    id
        The name of its file in `answers/`.
    text
        The prompt.
    language
        A two-letter code.
    kind
        `coding`, `maths`, `writing`, `explanation`, `planning`, `translation`, `advice`, `data`
        or `logic`.
    """

    id: str
    text: str
    language: str
    kind: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A suggested prompt, the answers to it by quality, and what a thinker thinks about it."""

    prompt: SuggestedPrompt
    thought: str
    answers: dict[Quality, str]


def suggested_prompts() -> list[SuggestedPrompt]:
    """Return every prompt the demo contestants are prepared for."""
    return [prepared.prompt for prepared in _all().values()]


def prepared_for(prompt: str) -> Prepared | None:
    """Return what was prepared for a prompt; spacing, case and end punctuation do not matter."""
    return _all().get(_bare(prompt))


@cache
def _all() -> dict[str, Prepared]:
    folder = files(__package__).joinpath("answers")
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    pages = [
        _prepared(entry.name.removesuffix(".toml"), entry.read_text("utf-8"))
        for entry in entries
        if entry.name.endswith(".toml")
    ]
    return {_bare(page.prompt.text): page for page in pages}


def _prepared(name: str, text: str) -> Prepared:
    table = tomllib.loads(text)
    prompt = SuggestedPrompt(name, table["prompt"], table["language"], table["kind"])
    answers = {quality: table[quality].strip() for quality in Quality}
    return Prepared(prompt, table["thought"], answers)


def _bare(prompt: str) -> str:
    words = " ".join(unicodedata.normalize("NFKC", prompt).casefold().split())
    return words.rstrip(".!?\u3002\u061f\u0964").rstrip()
