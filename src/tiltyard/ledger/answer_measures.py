"""What answers cost and how long they took, contestant by contestant."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from tiltyard.ledger.settled import is_settled
from tiltyard.ledger.sources import is_local
from tiltyard.ledger.tables import attempts, battles, sides

NEWEST = 100_000
"""Of this many battles at most: what counts is what a model costs now."""


@dataclass(frozen=True, slots=True)
class AnswerMeasures:
    """Means over a contestant's newest whole answers; None where none of them has it.

    Attributes
    ----------
    priced_answers
        How many have a known cost.
    cost_usd
        US dollars, over these.
    first_text_ms, duration_ms
        Milliseconds to the first word, and to the last.
    """

    contestant: str
    priced_answers: int
    cost_usd: float | None
    first_text_ms: float | None
    duration_ms: float | None


def measure_answers(connection: Connection, arena: str) -> list[AnswerMeasures]:
    """Measure the answers of the newest settled battles that an arena held itself.

    Synchronous: it reads much, and belongs in a thread (`Ledger.in_thread`).
    """
    newest = (
        select(battles.c.id)
        .where(battles.c.arena == arena, is_local(), is_settled())
        .order_by(battles.c.created_at.desc(), battles.c.id.desc())
        .limit(NEWEST)
        .subquery()
    )
    query = (
        select(
            sides.c.contestant,
            func.count(attempts.c.cost_usd).label("priced_answers"),
            func.avg(attempts.c.cost_usd).label("cost_usd"),
            func.avg(attempts.c.first_text_ms).label("first_text_ms"),
            func.avg(attempts.c.duration_ms).label("duration_ms"),
        )
        .select_from(newest)
        .join(attempts, attempts.c.battle == newest.c.id)
        .join(sides, (sides.c.battle == attempts.c.battle) & (sides.c.slot == attempts.c.slot))
        .where(attempts.c.state == "done")
        .group_by(sides.c.contestant)
        .order_by(sides.c.contestant)
    )
    return [
        AnswerMeasures(
            row.contestant,
            row.priced_answers,
            _number(row.cost_usd),
            _number(row.first_text_ms),
            _number(row.duration_ms),
        )
        for row in connection.execute(query)
    ]


def _number(mean: object) -> float | None:
    return None if mean is None else float(str(mean))  # PostgreSQL's means of integers are decimals
