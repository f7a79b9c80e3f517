"""Ask several questions in one trip to the database.

A trip to PostgreSQL costs more than most questions. SQLite is in the process, and is asked one
by one.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tiltyard.ledger.columns import UtcDateTime

ROW = "asked"
"""The name of a row, in the questions that PostgreSQL answers as documents."""

Rows = Mapping[str, Sequence[Any]]
"""The answers, by question; columns are attributes of a row."""


class Together:
    """Questions that are always asked together.

    Made once and used again: the statement is then compiled once.

    Parameters
    ----------
    questions
        Selects by name, with the same bound parameters. Columns must be plain values, UUIDs,
        instants or JSON.
    """

    def __init__(self, **questions: Select[Any]) -> None:
        self._questions = questions

    def with_more(self, **questions: Select[Any]) -> "Together":
        """Ask the same and more."""
        return Together(**self._questions, **questions)

    async def ask(self, connection: AsyncConnection, **bound: object) -> Rows:
        """Ask with these parameters."""
        if connection.dialect.name == "postgresql":
            documents = (await connection.execute(self._statement, bound)).one()
            return {
                name: [_row(document, self._restored[name]) for document in found or ()]
                for name, found in zip(self._questions, documents, strict=True)
            }
        return {
            name: (await connection.execute(question, bound)).all()
            for name, question in self._questions.items()
        }

    @cached_property
    def _statement(self) -> Select[Any]:
        return select(
            *(
                select(func.json_agg(literal_column(ROW)))
                .select_from(question.subquery(ROW))
                .scalar_subquery()
                .label(name)
                for name, question in self._questions.items()
            )
        )

    @cached_property
    def _restored(self) -> Mapping[str, Mapping[str, Callable[[str], object]]]:
        return {
            name: {
                column.name: restore
                for column in question.selected_columns
                if (restore := _restoring(column.type)) is not None
            }
            for name, question in self._questions.items()
        }


def _restoring(kind: object) -> Callable[[str], object] | None:
    """Find what a document shows as text and a row does not."""
    if isinstance(kind, Uuid):
        return UUID
    return _instant if isinstance(kind, UtcDateTime) else None


def _instant(text: str) -> datetime:
    """Read an instant in UTC: PostgreSQL writes it in the time zone of the session."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _row(document: dict[str, Any], restored: Mapping[str, Callable[[str], object]]) -> object:
    for name, restore in restored.items():
        if document[name] is not None:
            document[name] = restore(document[name])
    return SimpleNamespace(**document)
