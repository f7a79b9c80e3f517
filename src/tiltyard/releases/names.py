"""How contestants are called in what goes out."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from tiltyard.contestants.card import Contestant, Status
from tiltyard.contestants.face import public_id

ANONYMOUS = "anonymous"
"""Who was a preview when the battle was opened is called so, for ever."""


def public_names(cards: Mapping[str, Mapping[str, Any]]) -> Mapping[str, str]:
    """Name the contestants of battles, by the version of the card that stood there."""
    return {version: _name(card) for version, card in cards.items()}


def named(frame: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """Add `model_a` and `model_b` to votes that have `version_a` and `version_b`."""
    return frame.with_columns(
        pl.col(f"version_{side}")
        .replace_strict(names, default=ANONYMOUS, return_dtype=pl.String)
        .alias(f"model_{side}")
        for side in "ab"
    )


def _name(card: Mapping[str, Any]) -> str:
    if card.get("imported"):
        return str(card["id"])
    if card.get("status") in {Status.DRAFT, Status.PREVIEW}:
        return ANONYMOUS
    return public_id(Contestant.model_validate(card))
