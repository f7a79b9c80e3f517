"""Column types that mean the same on SQLite and PostgreSQL."""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An instant in UTC. SQLite forgets time zones, so they are put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], datetime | None] | None:
        """Read as 1970, when nobody knows when, what SQLite has of a year that there is not."""
        read = super().result_processor(dialect, coltype)

        def process(value: object) -> datetime | None:
            try:
                return None if read is None else read(value)
            except ValueError:  # one such row must not keep all others from being read
                return datetime.fromtimestamp(0, UTC)

        return process

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002  # SQLAlchemy's signature
    ) -> datetime | None:
        """Refuse local times: an instant without a zone means nothing in a ledger."""
        if value is not None and value.tzinfo is None:
            message = f"{value.isoformat()} has no time zone; the ledger stores instants in UTC."
            raise ValueError(message)
        return None if value is None else value.astimezone(UTC)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002  # SQLAlchemy's signature
    ) -> datetime | None:
        """Say that what was stored is UTC."""
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


JsonValue = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""A JSON document; binary on PostgreSQL, so that it can be searched."""


class PackedJson(TypeDecorator[Any]):
    """A large JSON document that nobody searches, compressed: a JSON string of base64 of zlib.

    Documents that were written before there was compression are read as they are.
    """

    impl = JsonValue
    cache_ok = True

    def process_bind_param(
        self,
        value: Any,  # noqa: ANN401  # JSON is any of its types
        dialect: Dialect,  # noqa: ARG002  # SQLAlchemy's signature
    ) -> str | None:
        """Compress."""
        if value is None:
            return None
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        return b64encode(zlib.compress(text.encode())).decode()

    def process_result_value(
        self,
        value: Any,  # noqa: ANN401  # JSON is any of its types
        dialect: Dialect,  # noqa: ARG002  # SQLAlchemy's signature
    ) -> Any:  # noqa: ANN401  # JSON is any of its types
        """Unpack."""
        return json.loads(zlib.decompress(b64decode(value))) if isinstance(value, str) else value


Sequence = BigInteger().with_variant(Integer, "sqlite")
"""An automatic number; SQLite counts only in columns it knows as INTEGER."""
