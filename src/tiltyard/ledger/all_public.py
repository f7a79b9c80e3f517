"""Which battles boards may be made of."""

from sqlalchemy import ColumnElement, exists

from tiltyard.ledger.tables import battles, contestant_versions, sides


def all_public() -> ColumnElement[bool]:
    """Say of a row of `battles` that everybody in it was public when it was opened.

    The version of the card that stood there decides, so a battle never counts later than it did.
    """
    status = contestant_versions.c.card["status"].as_string()
    return ~exists().where(
        sides.c.battle == battles.c.id,
        contestant_versions.c.version == sides.c.version,
        status != "public",
    )
