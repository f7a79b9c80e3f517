"""How much markdown a text has, counted in two ways that are never mixed."""

import re
from collections.abc import Iterable, Mapping
from itertools import repeat
from typing import Any, Literal, NamedTuple

import polars as pl
import pyromark

Counter = Literal["regex_v1", "grammar_v2"]

TABLES = pyromark.Options.ENABLE_TABLES


class MarkdownCounts(NamedTuple):
    """Elements of one text, in the groups of the published style control.

    `headers` of all six levels, `ordered` and `unordered` list items, and what is bold by two
    stars or by two underscores.
    """

    headers: int
    ordered: int
    unordered: int
    stars: int
    underscores: int

    @property
    def lists(self) -> int:
        """List items of both kinds."""
        return self.ordered + self.unordered

    @property
    def bold(self) -> int:
        """Bold stretches, however marked."""
        return self.stars + self.underscores


FENCE = re.compile("```([^`]*)```")
PATTERNS = {
    "headers": r"(?m)^#{1,6}\s",
    "ordered": r"(?m)^\s*\d+\.\s",
    "unordered": r"(?m)^\s*[-*+]\s",
    "stars": r"\*\*[^*\n]+\*\*",
    "underscores": r"__[^_\n]+__",
}
LEVELS = {f"h{level}": rf"(?m)^#{{{level}}}\s" for level in range(1, 7)}
SPACE = r"[\s\x1c-\x1f]"
"""What `re` calls white space; the engine of polars leaves the four separators out."""


def count_markdown_regex(text: str) -> MarkdownCounts:
    """Count as LMArena's published datasets do, defects included (`regex_v1`).

    The text of a fenced block is taken out first, and then wherever else it occurs; the fences
    stay. Fences of tildes, and blocks that hold a backtick, are counted as prose. A line of stars
    is a list item, and bold stars in inline code are bold.

    Source: `fastchat/serve/monitor/add_markdown_info.py` of lm-sys/FastChat, which wrote
    `conv_metadata` of the 100k and 140k sets.
    """
    prose = _without_blocks(text)
    counts = (sum(1 for _ in re.finditer(pattern, prose)) for pattern in PATTERNS.values())
    return MarkdownCounts(*counts)


def count_all_regex(texts: pl.Series) -> pl.DataFrame:
    """Count many texts as :func:`count_markdown_regex` does, ten times faster.

    Parameters
    ----------
    texts
        Shape (N,). Text, without nulls.

    Returns
    -------
    pl.DataFrame
        One column for each field of :class:`MarkdownCounts`.
    """
    return _matches(_all_prose(texts), PATTERNS)


def count_all_levels(texts: pl.Series) -> pl.DataFrame:
    """Count headers of texts by level, as :func:`count_markdown_regex` counts them in all.

    Parameters
    ----------
    texts
        Shape (N,). Text, without nulls.

    Returns
    -------
    pl.DataFrame
        Columns `h1` to `h6`.
    """
    return _matches(_all_prose(texts), LEVELS)


def _all_prose(texts: pl.Series) -> pl.Series:
    fenced = texts.str.contains("```", literal=True)
    if not fenced.any():
        return texts
    rows = fenced.arg_true()
    return texts.clone().scatter(rows, [_without_blocks(text) for text in texts.gather(rows)])


def _matches(prose: pl.Series, patterns: Mapping[str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        prose.str.count_matches(pattern.replace(r"\s", SPACE)).cast(pl.Int64).alias(name)
        for name, pattern in patterns.items()
    )


def count_all_grammar(texts: pl.Series) -> pl.DataFrame:
    """Count many texts by :func:`count_markdown_grammar`, in the shape of its twin."""
    counts = [count_markdown_grammar(text) for text in texts]
    return pl.DataFrame(counts, dict.fromkeys(MarkdownCounts._fields, pl.Int64), orient="row")


def _without_blocks(text: str) -> str:
    for block in FENCE.findall(text):
        text = text.replace(block, "")
    return text


def count_markdown_grammar(text: str) -> MarkdownCounts:
    """Count what a CommonMark reader would see as headers, list items and bold (`grammar_v2`).

    Code of all kinds counts nothing; underlined headers, nested lists and bold within a line count
    what they are. Two underscores within a word are none.
    """
    written = text.encode("utf-8", "replace").decode()
    if "__" not in written:
        return _counted(pyromark.events(written, options=TABLES), repeat(True))
    marks = written.encode()
    ranged = list(pyromark.events_with_range(written, options=TABLES))
    starred = (marks[where["start"] : where["start"] + 1] == b"*" for _event, where in ranged)
    return _counted((event for event, _where in ranged), starred)


def _counted(events: Iterable[Any], starred: Iterable[bool]) -> MarkdownCounts:
    """Count events, each with whether a star stands where it begins."""
    headers = ordered = unordered = stars = underscores = 0
    lists: list[bool] = []
    for event, star in zip(events, starred, strict=False):
        if type(event) is str:  # a break or a rule
            continue
        start = event.get("Start")
        if start is None:
            if "List" in event.get("End", ()):
                lists.pop()
        elif start == "Item":
            ordered, unordered = ordered + lists[-1], unordered + (not lists[-1])
        elif start == "Strong":
            stars, underscores = stars + star, underscores + (not star)
        elif type(start) is dict:
            headers += "Heading" in start
            if "List" in start:
                lists.append(start["List"] is not None)
    return MarkdownCounts(headers, ordered, unordered, stars, underscores)
