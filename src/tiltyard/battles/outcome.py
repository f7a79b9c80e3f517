"""The four outcomes of a vote."""

from enum import StrEnum


class Outcome(StrEnum):
    """What the person decided."""

    A = "a"
    B = "b"
    TIE = "tie"
    BOTH_BAD = "both_bad"
