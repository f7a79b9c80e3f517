"""Which boards cannot be made of the votes there are, and why. Derived, and replaced as a whole."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete

from tiltyard.ledger.tables import unmade_boards


def put_unmade(connection: Connection, arena: str, reasons: Mapping[tuple[str, str], str]) -> None:
    """Put an arena's reasons, by slice and control, in the place of those before; synchronous."""
    connection.execute(delete(unmade_boards).where(unmade_boards.c.arena == arena))
    rows = [
        {"arena": arena, "slice": slice_, "control": control, "reason": reason}
        for (slice_, control), reason in reasons.items()
    ]
    if rows:
        connection.execute(unmade_boards.insert(), rows)


def read_unmade(connection: Connection, arena: str) -> dict[tuple[str, str], str]:
    """Read why boards of an arena cannot be made, by slice and control; synchronous."""
    query = unmade_boards.select().where(unmade_boards.c.arena == arena)
    return {(row.slice, row.control): row.reason for row in connection.execute(query)}
