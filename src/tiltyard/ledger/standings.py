"""How many votes said what about each pair: what drawing needs of the ledger."""

from sqlalchemy import Connection, func, select

from tiltyard.ledger.settled import is_settled
from tiltyard.ledger.sources import is_local
from tiltyard.ledger.tables import battles, sides, votes


def count_by_pair(connection: Connection, arena: str) -> list[tuple[str, str, str, int]]:
    """Count the votes on settled battles by contestant on side a, on side b, and outcome.

    Imported votes say nothing about who is to be drawn here.

    Synchronous: it reads much, and belongs in a thread (`Ledger.in_thread`).
    """
    side_a, side_b = sides.alias("side_a"), sides.alias("side_b")
    key = (side_a.c.contestant, side_b.c.contestant, votes.c.outcome)
    query = (
        select(*key, func.count())
        .select_from(votes)
        .join(battles, battles.c.id == votes.c.battle)
        .join(side_a, (side_a.c.battle == battles.c.id) & (side_a.c.slot == "a"))
        .join(side_b, (side_b.c.battle == battles.c.id) & (side_b.c.slot == "b"))
        .where(battles.c.arena == arena, battles.c.mode == "battle")
        .where(is_local(), is_settled())
        .group_by(*key)
    )
    return [(a, b, outcome, count) for a, b, outcome, count in connection.execute(query)]
