"""Where battles came from: this arena, its examples, or a set of votes of others."""

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, case

from tiltyard.ledger.tables import battles

HERE = "arena"
"""The source of battles that were held here."""

EXAMPLES = "example"
"""The source of made-up battles, with which a demo begins."""

IMPORTED = "import:"
"""Sources of imported battles begin so."""

PUBLISHERS = "published"
"""The labeller of what publishers said of imported battles."""

IMPORTED_POLICY = "imported"
"""What drew a pair elsewhere is not known, nor how likely it was."""

UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""When an imported vote was cast of which nobody says when."""


def is_local() -> ColumnElement[bool]:
    """Ask of a row of `battles` whether it was held here, or belongs to the examples."""
    return ~battles.c.source.startswith(IMPORTED, autoescape=True)


def known_probability() -> ColumnElement[float | None]:
    """Read of a row of `battles` how likely its pair was drawn; null where nobody knows."""
    return case((battles.c.policy != IMPORTED_POLICY, battles.c.pair_probability))
