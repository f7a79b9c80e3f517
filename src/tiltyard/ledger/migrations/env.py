"""Alembic's entry: run migrations on the connection that was handed over."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from tiltyard.ledger import columns
from tiltyard.ledger.tables import metadata

NAMED_TYPES = {id(columns.JsonValue): "JsonValue", id(columns.Sequence): "Sequence"}


def render_item(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    """Write the ledger's own column types by their names in new migrations."""
    if kind != "type":
        return False
    if isinstance(item, columns.UtcDateTime):
        return "UtcDateTime()"
    return NAMED_TYPES.get(id(item), False)


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render_item,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
