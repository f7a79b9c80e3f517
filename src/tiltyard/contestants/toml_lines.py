"""Which line of a TOML text a key stands on, since `tomllib` keeps no positions."""

import re
import tomllib
from collections.abc import Callable
from typing import Any


def line_where(text: str, present: Callable[[dict[str, Any]], bool]) -> int:
    """Return the 1-based line on which something first appears in a valid TOML text.

    The text is parsed up to a line, by bisection, until the line is found that makes the
    difference; multi-line values are stepped over, so the answer is the line where they begin.

    Parameters
    ----------
    text
        Valid TOML.
    present
        Whether a parsed beginning of the text already holds it. Must hold for the whole text.
    """
    lines = text.split("\n")
    absent, seen = 0, len(lines)
    while seen - absent > 1:
        middle = (absent + seen) // 2
        below = range(middle, absent, -1)
        above = range(middle + 1, seen)
        for end in (*below, *above):
            found = _parsed("\n".join(lines[:end]))
            if found is not None:
                break
        else:
            break
        if present(found):
            seen = end
        else:
            absent = end
    return absent + 1


def syntax_error_line(message: str, text: str) -> tuple[int, str]:
    """Split the message of a `TOMLDecodeError` into the line it names and the reason it gives."""
    reason, _, place = message.partition(" (at ")
    named = re.match(r"line (\d+)", place)
    line = int(named[1]) if named else text.rstrip("\n").count("\n") + 1
    return line, reason[:1].lower() + reason[1:]


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
