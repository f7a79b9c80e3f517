"""What can be counted in a prompt beside its n-grams: words by topic, signs of code and of maths.

A few hundred examples cannot teach a classifier the words of a whole profession. The lists of
`words/topics.toml` tell it which words belong together; how much each list says about each class
is learned.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from tiltyard.labels.ngrams import READ_CHARS
from tiltyard.labels.words import fast, read_words

WORD = re.compile(r"[^\W_][\w+#'-]*")
UNSPACED = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
"""Scripts without spaces between words: there, words are looked for anywhere."""
LANGUAGES = "py|js|ts|java|cpp|rs|go|sql|sh"
UNITS = r"%|mm|cm|m|km|kg|g|mg|ml|s|ms|h|min|kN|kW|GB|MB|TB|MHz|nm|V|A|\x{20AC}|\$|euros?|dollars?"
SIGNS: Mapping[str, str] = {
    "code block": "```",
    "call": r"""\w\([\w)"']""",
    "statement": r"(?m)[;{}]\s*$|^\s*(?:def|class|import|from|const|let|var|public)\b|=>|->|::",
    "name of code": rf"\b[a-z]+_[a-z_]+\b|\b[a-z]+[A-Z]\w+|\b\w+\.(?:{LANGUAGES})\b",
    "formula": r"[a-z]\^\d|\\[a-z]+\{|[=<>\x{2264}\x{2265}]\s*-?\d|\bf\(x\)|\b[a-z]\s?=",
    "sum": r"\b\d+\s*[-+*/\x{D7}\x{F7}^]\s*\d+|[\x{222B}\x{2211}\x{221A}\x{3C0}]",
    "number": r"\d+(?:[.,]\d+)*",
    "unit": rf"\d\s?(?:{UNITS})(?:\b|\s)",
    "acronym": r"\b[A-Z][A-Za-z]*[A-Z0-9]\w*\b",
    "question": r"[?\x{FF1F}]",
    "comma": r"[,;:\x{FF0C}\x{3001}\x{FF1B}\x{FF1A}]",
    "line": r"\n",
    "long word": r"\w{10,}",
    "quotation": r"[\"\x{201C}\x{201E}\x{AB}]",
}
"""Regular expressions of the engine of polars, which reads many texts at once."""


@cache
def measure_names() -> tuple[str, ...]:
    """Name the measures, in the order of their columns."""
    return (*read_words("topics"), *SIGNS, "length")


def measured(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """Measure texts: shape (N, M), all logarithms of one more than a count.

    Parameters
    ----------
    texts
        N texts; of each the first 4,000 characters are read.
    """
    read = [text[:READ_CHARS] for text in texts]
    topics, lengths = _lexicon()[-1], np.empty((len(texts), 1))
    counts = np.empty((len(texts), topics))
    for row, text in enumerate(read):
        words = WORD.findall(text.lower())
        counts[row] = _topic_counts(text, words)
        lengths[row] = len(words) + len(UNSPACED.findall(text)) / 2
    column = pl.Series(read, dtype=pl.String)
    signs = [column.str.count_matches(fast(sign)).to_numpy() for sign in SIGNS.values()]
    return np.asarray(np.log1p(np.column_stack([counts, *signs, lengths])), np.float64)


def _topic_counts(text: str, words: Iterable[str]) -> list[int]:
    anywhere, topics = _lexicon()[3:]
    counts = [0] * topics
    for word in words:
        for topic in _topics_of(word):
            counts[topic] += 1
    if UNSPACED.search(text):
        for word, found in anywhere.items():
            if word in text:
                for topic in found:
                    counts[topic] += 1
    return counts


@lru_cache(maxsize=1 << 16)
def _topics_of(word: str) -> tuple[int, ...]:
    whole, beginnings, lengths = _lexicon()[:3]
    begun = (beginnings.get(word[:length], ()) for length in lengths if length <= len(word))
    return (*whole.get(word, ()), *(topic for topics in begun for topic in topics))


Topics = dict[str, tuple[int, ...]]


@cache
def _lexicon() -> tuple[Topics, Topics, tuple[int, ...], Topics, int]:
    """Sort the words: whole ones, beginnings and their lengths, and those without spaces around."""
    whole: dict[str, set[int]] = {}
    beginnings: dict[str, set[int]] = {}
    anywhere: dict[str, set[int]] = {}
    lists = read_words("topics")
    for topic, words in enumerate(lists.values()):
        for word in str(words).split():
            kind = anywhere if UNSPACED.search(word) else beginnings if word[-1] == "*" else whole
            kind.setdefault(word.rstrip("*"), set()).add(topic)
    lengths = tuple(sorted({len(word) for word in beginnings}))
    return _fixed(whole), _fixed(beginnings), lengths, _fixed(anywhere), len(lists)


def _fixed(words: Mapping[str, set[int]]) -> Topics:
    return {word: tuple(sorted(topics)) for word, topics in words.items()}
