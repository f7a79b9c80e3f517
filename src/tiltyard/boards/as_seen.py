"""Votes as people may see them: the ids and names of public faces in place of contestants' own."""

from collections.abc import Mapping

import polars as pl

from tiltyard.battles.table import Battles
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.face import Face, public_face
from tiltyard.ledger import register
from tiltyard.ledger.engine import Connection


async def read_faces(connection: Connection) -> dict[str, Face]:
    """Read how people see every contestant that was ever recorded, by its own id."""
    cards = await register.read_cards(connection)
    return {id_: public_face(Contestant.model_validate(card)) for id_, card in cards.items()}


def as_seen(battles: Battles, faces: Mapping[str, Face]) -> Battles:
    """Put the ids that people may see in place of the contestants' own."""
    seen = {id_: face.id for id_, face in faces.items()}
    columns = (
        pl.col(side).cast(pl.String).replace(seen).cast(pl.Categorical)
        for side in ("model_a", "model_b")
    )
    return Battles(battles.frame.with_columns(columns))
