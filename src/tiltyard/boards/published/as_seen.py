"""Votes as people may see them: the ids of public faces in place of contestants' own."""

import polars as pl

from tiltyard.battles.table import Battles
from tiltyard.boards.published.document import Faces
from tiltyard.ledger import register
from tiltyard.ledger.engine import Connection


async def read_faces(connection: Connection) -> Faces:
    """Read how people see every contestant that was ever recorded."""
    return Faces.of(await register.read_cards(connection))


def as_seen(battles: Battles, faces: Faces) -> Battles:
    """Put the ids that people may see in place of the contestants' own."""
    columns = (
        pl.col(side).cast(pl.String).replace(faces.public_ids).cast(pl.Categorical)
        for side in ("model_a", "model_b")
    )
    return Battles(battles.frame.with_columns(columns))


def names_of(faces: Faces) -> dict[str, str]:
    """Say what people call models, by the ids that they see."""
    return {face.id: face.name for face in faces.by_id.values()}
