"""What was said in battles: the words that labels are about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, or_, select

from tiltyard.ledger.records import Parts
from tiltyard.ledger.tables import attempts, contestant_versions, reveals, sides, turns

ROWS = 20
"""How many messages are held as they are stored at a time."""


@dataclass(slots=True)
class Said:
    """What was said in a battle while the names were hidden, message by message.

    Attributes
    ----------
    asked
        The person's messages.
    answers
        Each side's answers, by slot: of every turn the latest.
    versions
        The version of the card of each side's contestant, by slot.
    """

    battle: UUID
    asked: list[str] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=lambda: {"a": [], "b": []})
    versions: dict[str, str] = field(default_factory=dict)


def read_said(connection: Connection, ids: Sequence[UUID], *, chars: int) -> list[Said]:
    """Read what was said in battles, in the order of their ids.

    Synchronous: it reads much, and belongs in a thread (`Ledger.in_thread`).

    Parameters
    ----------
    ids
        Which battles; unknown ones have nothing said.
    chars
        How many characters of each side, and of the person, are kept of a battle.
    """
    found = {id_: Said(id_) for id_ in ids}
    for row in _stream(connection, _questions(ids)):
        _keep(found[row.battle].asked, row.parts, chars)
    for row in _stream(connection, _answers(ids)):
        _keep(found[row.battle].answers[row.slot], row.parts, chars)
    query = select(sides.c.battle, sides.c.slot, sides.c.version).where(sides.c.battle.in_(ids))
    for row in connection.execute(query):
        found[row.battle].versions[row.slot] = row.version
    return list(found.values())


def read_cards(connection: Connection, versions: Sequence[str]) -> Mapping[str, Any]:
    """Read cards of contestants by their versions."""
    query = select(contestant_versions.c.version, contestant_versions.c.card).where(
        contestant_versions.c.version.in_(versions)
    )
    return {row.version: row.card for row in connection.execute(query)}


def _questions(ids: Sequence[UUID]) -> Any:  # noqa: ANN401  # a select
    return (
        select(turns.c.battle, turns.c.parts)
        .outerjoin(reveals, reveals.c.battle == turns.c.battle)
        .where(turns.c.battle.in_(ids), _blind(turns.c.number))
        .order_by(turns.c.battle, turns.c.number)
    )


def _answers(ids: Sequence[UUID]) -> Any:  # noqa: ANN401  # a select
    latest = (
        select(func.max(attempts.c.id))
        .where(attempts.c.battle.in_(ids))
        .group_by(attempts.c.battle, attempts.c.turn, attempts.c.slot)
    )
    return (
        select(attempts.c.battle, attempts.c.slot, attempts.c.parts)
        .outerjoin(reveals, reveals.c.battle == attempts.c.battle)
        .where(attempts.c.id.in_(latest), _blind(attempts.c.turn))
        .order_by(attempts.c.battle, attempts.c.turn)
    )


def _blind(number: Any) -> Any:  # noqa: ANN401  # an expression
    return or_(reveals.c.turn.is_(None), number <= reveals.c.turn)


def _stream(connection: Connection, query: Any) -> Iterator[Any]:  # noqa: ANN401  # rows
    with connection.execution_options(yield_per=ROWS).execute(query) as rows:
        yield from rows


def _keep(kept: list[str], parts: Parts, chars: int) -> None:
    """Add a message as far as there is room."""
    kept.append(words_of(parts, max(0, chars - sum(map(len, kept)))))


def words_of(parts: Parts, chars: int) -> str:
    """Put the words of a message together, up to a length, in a form that every library reads."""
    texts = (str(part.get("text", "")) for part in parts if part.get("type") == "text")
    whole = "\n".join(texts)[:chars]
    if whole.isascii():
        return whole
    # Halves of surrogate pairs are in no text that anybody wrote, and no library takes them.
    return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
