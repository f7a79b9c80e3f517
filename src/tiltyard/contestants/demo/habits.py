"""How each demo contestant says things: the same answer, in eight manners.

A habit takes an answer in plain Markdown, its quality, the phrases of its language and a number
that picks among variants, and returns the answer as that contestant would put it.
"""

from collections.abc import Callable

from tiltyard.contestants.demo.markdown import (
    FULL_WIDTH_COLON,
    Kind,
    blocks,
    emphasised,
    join,
    sentences,
)
from tiltyard.contestants.demo.phrases import Phrases
from tiltyard.contestants.demo.prepared import Quality

Habit = Callable[[str, Quality, Phrases, int], str]

_GOOD = (Quality.THOROUGH, Quality.CRISP)
_SOLID = (Kind.CODE, Kind.MATH, Kind.TABLE, Kind.VERSE)


def calibrated(text: str, quality: Quality, phrases: Phrases, _variant: int) -> str:
    """Say at the end how sure one is, and be right about it."""
    return join([text, phrases.heron_sure if quality in _GOOD else phrases.heron_unsure])


def plain(text: str, _quality: Quality, _phrases: Phrases, _variant: int) -> str:
    """Add nothing."""
    return text


def lecturing(text: str, _quality: Quality, phrases: Phrases, _variant: int) -> str:
    """Put headings over everything and say the main point twice."""
    first, *rest = [block.text for block in blocks(text)]
    point = _main_point(text)
    details = [f"## {phrases.owl_rest}", *rest] if rest else []
    closing = [f"## {phrases.owl_last}", phrases.owl_again, f"> {point}"] if point else []
    return join([f"## {phrases.owl_first}", first, *details, *closing])


def _main_point(text: str) -> str:
    """Return the first sentence that does not merely announce what follows."""
    said = [
        sentence
        for block in blocks(text)
        if block.kind is Kind.PROSE
        for sentence in sentences(block.text)
        if not sentence.endswith((":", FULL_WIDTH_COLON))
    ]
    return said[0] if said else ""


def showy(text: str, _quality: Quality, phrases: Phrases, variant: int) -> str:
    """Use far too much bold, and every other time a headline.

    Without somebody who has a heading now and then, headings would be the owl itself, and no board
    could hold them constant.
    """
    headline = _main_point(text) if variant % 2 else ""
    parts = [
        emphasised(block.text) if block.kind is Kind.PROSE else block.text for block in blocks(text)
    ]
    return join([f"## {headline}" if headline else "", *parts, phrases.peacock_closing])


def friendly(text: str, _quality: Quality, phrases: Phrases, variant: int) -> str:
    """Greet first and offer more at the end."""
    hello = phrases.robin_hello[variant % len(phrases.robin_hello)]
    return join([hello, text, phrases.robin_bye[variant % len(phrases.robin_bye)]])


def cocksure(text: str, _quality: Quality, phrases: Phrases, variant: int) -> str:
    """Allow no doubt, least of all when wrong."""
    opening = phrases.magpie_opening[variant % len(phrases.magpie_opening)]
    return join([opening, text, phrases.magpie_closing])


def telegraphic(text: str, _quality: Quality, phrases: Phrases, _variant: int) -> str:
    """Turn every paragraph into bullets."""
    parts = [
        "\n".join(f"- {sentence}" for sentence in sentences(block.text))
        if block.kind is Kind.PROSE
        else block.text
        for block in blocks(text)
    ]
    return join([phrases.swift_label, *parts])


def curt(text: str, _quality: Quality, phrases: Phrases, _variant: int) -> str:
    """Keep the first sentence, and one piece of each kind that cannot be cut."""
    kept: dict[Kind, str] = {}
    for block in blocks(text):
        if block.kind in (*_SOLID, Kind.PROSE):
            kept.setdefault(block.kind, block.text)
    if Kind.PROSE in kept:
        kept[Kind.PROSE] = sentences(kept[Kind.PROSE])[0]
    return join([*(kept.values() or [text]), phrases.cuckoo_closing])
