"""What was noticed about votes that could be read, but that the reader of a board should know."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """One thing noticed, in words.

    Parameters
    ----------
    kind
        A name for programs, such as `no_vote` or `mixed_spellings`.
    message
        One sentence for people.
    rows
        How many rows it is about.
    """

    kind: str
    message: str
    rows: int


def counted(number: int, thing: str) -> str:
    """Say how many of a thing there are.

    >>> counted(1, "row"), counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
