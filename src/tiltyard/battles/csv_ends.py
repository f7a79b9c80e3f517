"""Tell a CSV that was cut off from a whole one: half a cell looks like a whole one."""

from pathlib import Path

from tiltyard.battles.errors import VotesError

CHUNK = 1 << 24
QUOTE, ENDS = b'"', (b"\n", b"\r")


def refuse_cut_csv(file: Path) -> None:
    """Refuse a CSV that does not end after a whole row.

    Raises
    ------
    VotesError
        When its last row has no line break, or a quoted cell in it has no end.
    """
    quotes, last = 0, b""
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            quotes += chunk.count(QUOTE)
            last = chunk[-1:]
    if quotes % 2:
        raise VotesError(
            f"{file.name} is cut short, or damaged: a quoted cell has no end. Get it anew."
        )
    if last not in ENDS:
        raise VotesError(
            f"{file.name} may be cut short: its last row has no line break. "
            "Get it anew, or, if it is whole, put a line break at its end."
        )
