"""Just enough Markdown to restyle an answer: its blocks, its sentences, its clauses."""

import re
from dataclasses import dataclass
from enum import StrEnum

FULL_WIDTH_COLON = "\uff1a"

# Written as escapes, the full-width marks of Chinese and Japanese cannot be mistaken for ours.
_SENTENCE_END = re.compile(
    r"(?<=[.!?\u061f\u0964])\s+(?=[^\sa-z\u00e0-\u00ff])"
    r"|(?<=[\u3002\uff01\uff1f])(?=[^\u300d\u300f\uff09])"
)
_CLAUSE_END = re.compile(r"(?<=[,;:\u060c\u061b])\s+|(?<=[\u3001\uff0c\uff1b\uff1a])")
_PUNCTUATION = " .!?,;:\u060c\u061b\u061f\u0964\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f"
_MARKUP = re.compile(r"[*_`$|\[\]<>#]")


class Kind(StrEnum):
    """What a block is."""

    PROSE = "prose"
    VERSE = "verse"
    LIST = "list"
    TABLE = "table"
    CODE = "code"
    MATH = "math"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of Markdown between blank lines; a fenced code block is one block."""

    kind: Kind
    text: str


def blocks(text: str) -> list[Block]:
    """Split Markdown into its blocks."""
    found: list[list[str]] = [[]]
    fenced = False
    for line in text.strip().split("\n"):
        if line.startswith("```"):
            fenced = not fenced
        if line.strip() or fenced:
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [Block(_kind(lines), "\n".join(lines)) for lines in found if lines]


def join(parts: list[str]) -> str:
    """Put blocks together again."""
    return "\n\n".join(part for part in parts if part)


def sentences(paragraph: str) -> list[str]:
    """Split a paragraph of prose into sentences, in any of the demo's languages."""
    return [sentence for sentence in _SENTENCE_END.split(paragraph) if sentence]


def emphasised(paragraph: str) -> str:
    """Set the first clause of every sentence in bold, unless it holds markup already."""
    space = " " if re.search(r"[.!?\u061f\u0964]\s", paragraph) else ""
    return space.join(_emphasised_sentence(sentence) for sentence in sentences(paragraph))


def _emphasised_sentence(sentence: str) -> str:
    end = _CLAUSE_END.search(sentence)
    # Between bold and a letter, as in Chinese, a punctuation mark would keep `**` from closing.
    clause = (sentence[: end.start()] if end else sentence).rstrip(_PUNCTUATION)
    if not clause or _MARKUP.search(clause):
        return sentence
    return f"**{clause}**{sentence[len(clause) :]}"


def _kind(lines: list[str]) -> Kind:
    first = lines[0]
    for pattern, kind in (
        (r"```", Kind.CODE),
        (r"\$\$", Kind.MATH),
        (r"\|", Kind.TABLE),
        (r"([-*]|\d+\.) ", Kind.LIST),
        (r"[#>]", Kind.OTHER),
    ):
        if re.match(pattern, first):
            return kind
    return Kind.PROSE if len(lines) == 1 else Kind.VERSE
