"""Which battles boards may be made of."""

from sqlalchemy import ColumnElement, case, exists, literal

from tiltyard.ledger.tables import battles, contestant_versions, sides


def all_public(*, preview: str | None = None) -> ColumnElement[bool]:
    """Say of a row of `battles` that everybody in it was public when it was opened.

    The version of the card that stood there decides, so a battle never counts later than it did.

    Parameters
    ----------
    preview
        A contestant that instead must have been a preview wherever it stands: for its report, and
        never for a board.
    """
    needed = case((sides.c.contestant == preview, literal("preview")), else_=literal("public"))
    status = contestant_versions.c.card["status"].as_string()
    return ~exists().where(
        sides.c.battle == battles.c.id,
        contestant_versions.c.version == sides.c.version,
        status != ("public" if preview is None else needed),
    )
