"""The single votes of an arena, for recipes that counts by pair are not enough for."""

from functools import cached_property

import polars as pl

from tiltyard.battles.columns import SCHEMA
from tiltyard.battles.table import Battles
from tiltyard.boards.fitting.features import STYLE as STYLE_PARTS
from tiltyard.boards.fitting.features import STYLE_LABELLED
from tiltyard.boards.living.counts import Masks
from tiltyard.boards.living.table import LivingTable, battles_of
from tiltyard.boards.published.document import Faces

STYLE_LABELS = frozenset(
    STYLE_LABELLED[part].format(name=part, side=side) for part in STYLE_PARTS for side in "ab"
)
"""The columns of labels that a style control looks at."""


class SingleVotes:
    """The single votes of an arena, as far as recipes look at them; laid out when first needed."""

    def __init__(self, table: LivingTable, arena: str, faces: Faces) -> None:
        self.faces = faces
        self.last_vote = table.last_vote
        self.arena = arena
        self._table = table
        self._laid_out: tuple[Masks, pl.DataFrame] | None = None

    @cached_property
    def label_versions(self) -> dict[str, list[str]]:
        """Name, by labeller, the versions of which a label counts."""
        return self._table.label_versions(self.arena)

    def of(self, where: tuple[str, ...], *, styled: bool) -> tuple[Battles, dict[str, int]] | None:
        """Give the votes of a slice with their sources; None where none has its style counted."""
        masks, frame = self._lay_out()
        if styled and not frame.columns[-1].startswith("style_"):
            return None
        chosen = frame.filter(masks.of(where))
        used = chosen.drop_nulls(sorted(STYLE_LABELS)) if styled else chosen
        if used.is_empty():
            return None
        sources = used.group_by("source").len().cast({"source": pl.String})
        return Battles(chosen), dict(sources.iter_rows())

    def _lay_out(self) -> tuple[Masks, pl.DataFrame]:
        if self._laid_out is None:
            rows = self._table.rows.filter(pl.col("arena") == self.arena)
            frame = battles_of(rows).frame.with_columns(
                pl.lit(None, SCHEMA["battle_id"]).alias("battle_id"),  # nobody votes a turn twice
                *(
                    pl.col(side).cast(pl.String).replace(self.faces.public_ids).cast(pl.Categorical)
                    for side in ("model_a", "model_b")
                ),
            )
            styles = [name for name in frame.columns if name in STYLE_LABELS]
            self._laid_out = Masks(rows), frame.select(*SCHEMA, "source", *styles)
        return self._laid_out
