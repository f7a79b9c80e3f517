"""Identity leaks: answers in which the assistant says who it is, or who made it.

Only the assistant's own words are read, without code, quotations and what it was asked to repeat
in quotation marks. A name counts where the assistant says it of itself, at word boundaries: a palm
tree, a zodiac sign and a sentence about another model are none.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from types import MappingProxyType

import polars as pl

from tiltyard.labels.labeller import Batch, ColumnType, Label
from tiltyard.labels.words import any_of, read_words

WORDS = read_words("identity")
MODELS, MAKERS = (frozenset(map(str.casefold, WORDS[key])) for key in ("models", "makers"))
WELL_KNOWN = MODELS | MAKERS
SHARED, GENERIC = frozenset(WORDS["shared"]), frozenset(WORDS["generic"])
ME, CALLED, MADE = (any_of(WORDS[key]) for key in ("me", "called", "made"))
BETWEEN = rf"(?:[\s*_:,\u2013\u2014-]|\b{any_of(WORDS['between'])}\b)*$"
MACHINE = re.compile(any_of(WORDS["machine"]), re.IGNORECASE)
SAYS_I = re.compile(ME, re.IGNORECASE)
MADE_ME = re.compile(any_of(WORDS["made_me"]))
MAKES_ME = re.compile(any_of(WORDS["makes_me"]))
SPEAKER = re.compile(rf"(?:{ME}|{ME}.*(?:{CALLED}|,)){BETWEEN}", re.IGNORECASE)
MADE_BY = re.compile(
    rf"(?:{ME}|\bas an? [^,]*|\bI was\b|\bI have been\b).*{MADE}{BETWEEN}", re.IGNORECASE
)
"""What stands before a name of the speaker, and before one of its maker, in one sentence."""
AS = re.compile(rf"\bas{BETWEEN}", re.IGNORECASE)
I_SAY = re.compile(r",? (?:I|my)\b")
OWNS = re.compile(r"['\u2019]s\b")
SUPPOSED = re.compile(any_of(WORDS["supposed"]), re.IGNORECASE)
HERE = re.compile(r" here\b", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.!?\n\u3002\uff01\uff1f]\s*")
UNSPACED = "\\u3040-\\u30ff\\u4e00-\\u9fff\\uac00-\\ud7af"
"""Scripts without spaces between a name and the words beside it."""
BACK = 120
"""This many characters before a name, and around one that others have too, are looked at."""
MOST = 300
"""This many names of an answer are looked at."""
CODE = r"```.*?(?:```|\Z)|`[^`\n]+`"
OPENING, CLOSING = '"\u201c\u201e\u00ab', '"\u201c\u201d\u00bb'
QUOTED = rf"^[ \t]*>.*?$|[{OPENING}][^{CLOSING}\n]{{1,300}}[{CLOSING}]"
UNSPOKEN = re.compile(f"{CODE}|{QUOTED}", re.DOTALL | re.MULTILINE)


class IdentityLabeller:
    """Whether a side says who it is, under its own contestant's names or any well-known ones."""

    name = "identity_leak"
    version = "rules@2"
    columns: Mapping[str, ColumnType] = MappingProxyType(
        dict.fromkeys(("identity_leak_a", "identity_leak_b"), pl.Boolean)
    )

    def label(self, batch: Batch) -> list[Label]:
        """Look through the answers that hold a name at all."""
        leaks = [
            _leaks(batch.answers(side), [getattr(one, f"names_{side}") for one in batch])
            for side in "ab"
        ]
        return [
            Label({"identity_leak_a": a, "identity_leak_b": b}) for a, b in zip(*leaks, strict=True)
        ]


def tells_identity(answer: str, names: Sequence[str] = ()) -> bool:
    """Say whether the assistant says in an answer who it is.

    Parameters
    ----------
    answer
        The assistant's words.
    names
        What its contestant is called; the well-known names of models and makers are added.

    >>> tells_identity("I'm Claude, an AI made by Anthropic."), tells_identity("I like palm trees.")
    (True, False)
    """
    own = _own(tuple(names))
    spoken = UNSPOKEN.sub(" ", answer)
    folded = spoken.casefold()
    present = [name for name in WELL_KNOWN | own if name in folded]
    return bool(present) and _tells(spoken, frozenset(present), own)


def names_any(text: str, names: Sequence[str]) -> bool:
    """Say whether a contestant's name stands in a text, whoever says it of whom, and how.

    The first word of several is no name here: the sky is blue whatever Blue Sky may be.

    >>> names_any("`model: Claude`", ["claude-3"]), names_any("I'm Claude.", ["gpt-4o"])
    (True, False)
    """
    told = _telling(tuple(names))
    return bool(told) and _named(told).search(text) is not None


def aliases(names: Iterable[str]) -> frozenset[str]:
    """Make the names by which a contestant may call itself of those on its card.

    >>> sorted(aliases(["gpt-4o-mini-2024-07-18", "Open Works"]))
    ['gpt', 'gpt-4o', 'gpt-4o-mini-2024-07-18', 'open works']
    """
    found = set()
    for name in names:
        plain = name.rpartition("/")[2].casefold().strip()
        words = [word for word in re.split(r"[\s_:-]+", plain) if word]
        first = words[0] if words else ""
        found |= {plain, first, "-".join(words[:2]) if len(words) > 2 else ""}  # noqa: PLR2004  # a family and its size
    return frozenset(one for one in found if _names_somebody(one))


def _names_somebody(alias: str) -> bool:
    words = re.split(r"[\s_:-]+", alias)
    return len(alias) > 1 and not alias.isdecimal() and any(word not in GENERIC for word in words)


@lru_cache(maxsize=4096)
def _own(names: tuple[str, ...]) -> frozenset[str]:
    return aliases(names)


@lru_cache(maxsize=4096)
def _telling(names: tuple[str, ...]) -> frozenset[str]:
    spaced = {name.casefold().strip() for name in names if " " in name.strip()}
    whole = frozenset(name for name in spaced if _names_somebody(name))
    return whole | aliases(name for name in names if " " not in name.strip())


def _leaks(answers: Sequence[str], names: Sequence[tuple[str, ...]]) -> list[bool]:
    """Read the answers in which the engine of polars, which reads all at once, sees a name."""
    wanted = _holding(WELL_KNOWN.union(*map(_own, set(names))))
    named = pl.Series(answers, dtype=pl.String).str.contains(wanted)
    return [
        holds and tells_identity(answer, called)
        for answer, called, holds in zip(answers, names, named, strict=True)
    ]


def _holding(names: frozenset[str]) -> str:
    plain = sorted(re.escape(name) for name in names if name.isascii())
    others = sorted(re.escape(name) for name in names if not name.isascii())
    return "|".join((rf"(?i-u:(?:\b|_)(?:{'|'.join(plain)})(?:\b|[0-9_]))", *others))


def _tells(spoken: str, present: frozenset[str], own: frozenset[str]) -> bool:
    return any(
        _of_itself(match, spoken, own) and _is_speaker(match, spoken)
        for match in islice(_named(present).finditer(spoken), MOST)
    )


@lru_cache(maxsize=4096)
def _named(present: frozenset[str]) -> re.Pattern[str]:
    """Match any of the names, the longest first, and never a part of a word."""
    longest = sorted(present, key=lambda name: (-len(name), name))
    spelled = (re.sub(r"(?:\\?[\s_-])+", r"[\\s_-]?", re.escape(name)) for name in longest)
    return re.compile(
        rf"(?<![^\W_{UNSPACED}])(?:{'|'.join(spelled)})(?![^\W\d_{UNSPACED}])", re.IGNORECASE
    )


def _is_speaker(match: re.Match[str], spoken: str) -> bool:
    """Say whether the words before a name say that it is the speaker's, or its maker's."""
    line = SENTENCE_END.split(spoken[max(0, match.start() - BACK) : match.start()])[-1]
    if SUPPOSED.match(line):
        return False
    if MADE_BY.search(line) or (SAYS_I.search(line) and MADE_ME.match(spoken, match.end())):
        return True
    if match[0].casefold() in MAKERS - MODELS:
        return not line.strip() and MAKES_ME.match(spoken, match.end()) is not None
    if OWNS.match(spoken, match.end()):
        return False
    return (
        SPEAKER.search(line) is not None
        or (AS.search(line) is not None and I_SAY.match(spoken, match.end()) is not None)
        or (not line.strip() and HERE.match(spoken, match.end()) is not None)
    )


def _of_itself(match: re.Match[str], spoken: str, own: frozenset[str]) -> bool:
    """Ask for a word about machines beside a name that others have too."""
    name = match[0].casefold()
    if name not in SHARED or (name in own and name not in WELL_KNOWN):
        return True
    around = spoken[max(0, match.start() - BACK) : match.end() + BACK]
    return MACHINE.search(around) is not None
