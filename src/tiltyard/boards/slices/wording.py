"""What may be written in a condition, looked at as text before anything reads it as SQL.

Conditions come from strangers too, in the recipes of their boards. A reader of SQL can be brought
down by thousands of operators, and one that repeats what it was given by a few dozen that are
inside each other; texts that are made longer again and again fill any memory.
"""

import re
from collections.abc import Iterator

MOST_CHARACTERS = 10_000
MOST_WORDS = 300
"""Words and signs, apart from values and commas."""
MOST_SUMS = 20
"""This many `+`: between texts, each makes a longer one."""
MOST_TWICE = 8
"""This many of the words that write down twice what stands before or in them, as `BETWEEN` does."""

FUNCTIONS = (
    *("lower", "upper", "trim", "ltrim", "rtrim", "length", "char_length", "octet_length"),
    *("starts_with", "ends_with", "strpos", "regexp_like", "array_contains", "array_length"),
    *("abs", "sign", "ceil", "floor", "round", "mod", "greatest", "least", "coalesce", "ifnull"),
    *("date", "timestamp", "strptime", "date_part", "extract", "cast", "try_cast"),
)
"""They look at one vote, make nothing longer, and need what they are given once."""

TWICE = frozenset({"between", "date_part", "extract"})
BEFORE_BRACKETS = frozenset({"and", "any", "between", "ilike", "in", "like", "not", "or"})
"""Words that are no function, though a bracket may follow."""

CLOCK = re.compile(
    r"\b(now|today|current_date|current_time|current_timestamp|localtime|localtimestamp)\b",
    re.IGNORECASE,
)
QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
WORD = re.compile(r"\w+(?:\.\w+)*|\"\"|''|[^\w\s]")
CALL = re.compile(r"(\"\"|\w+)\s*\(|\b(case|select)\b", re.IGNORECASE)
STRANGE = re.compile(r"--|/\*|\|\||[`$#{}\\]")
"""Comments, other ways to quote, and `||`, which joins texts."""
LIST = re.compile(r"\bin\s*\(([^)]*)", re.IGNORECASE)
ITEMS = (r"''", r"[+-]?\s*\d[\w.]*", r"date\s*''", r"timestamp\s*''")
VALUES = tuple(
    re.compile(rf"\s*(?:{item}|null)\s*(?:,\s*(?:{item}|null)\s*)*", re.IGNORECASE)
    for item in ITEMS
)
PLACE = re.compile(r"\[(?!\s*\d{1,4}\s*\])")


def wording_fault(sql: str) -> str | None:
    """Say what a condition may not be written with, as the rest of a sentence; None when all may.

    >>> wording_fault("replace(language, 'e', 'ee') = 'dee'")[:13]
    'calls replace'
    """
    if len(sql) > MOST_CHARACTERS:
        return f"has {len(sql):,} characters, and may have {MOST_CHARACTERS:,}"
    return next(_faults(QUOTED.sub(_blank, sql)), None)


def _blank(quoted: re.Match[str]) -> str:
    return quoted[0][0] * 2


def _faults(bare: str) -> Iterator[str]:
    """Find what is wrong with a condition whose texts and quoted names are empty."""
    words = [word.lower() for word in WORD.findall(bare)]
    counted = sum(word not in {",", "''"} and not word[0].isdigit() for word in words)
    if counted > MOST_WORDS:
        yield (
            f"has {counted:,} words and signs, and may have {MOST_WORDS}: name many values in one "
            "list, as in language IN ('de', 'fr')"
        )
    if CLOCK.search(bare):
        yield "looks at the clock, so nobody could make its board again: write a date"
    if strange := STRANGE.search(bare):
        yield f"has {strange[0]} outside of a text, which means nothing in a condition"
    yield from _calls(bare)
    if sum(word in TWICE for word in words) > MOST_TWICE:
        yield f"has BETWEEN, date_part or extract more than {MOST_TWICE} times: write >= and <="
    if words.count("+") > MOST_SUMS:
        yield f"adds more than {MOST_SUMS} times"
    for listed in LIST.finditer(bare):
        if not any(values.fullmatch(listed[1]) for values in VALUES):
            yield "has a list after IN that is not of texts, of numbers or of dates alone"
    if PLACE.search(bare):
        yield "asks for a place in a list that is no number, as in verticals[1]"


def _calls(bare: str) -> Iterator[str]:
    for call in CALL.finditer(bare):
        name = call[1] or call[2]
        if name.lower() not in {*FUNCTIONS, *BEFORE_BRACKETS}:
            said = "a quoted name" if name == '""' else name
            yield (
                f"calls {said}, and it may call only {', '.join(FUNCTIONS)}: it looks at one vote "
                "at a time, and makes no text longer"
            )
