"""lmarena-ai/arena-expert-5k: votes on experts' prompts, with the conversations as JSON text."""

import json
from typing import Any

import polars as pl

from tiltyard.battles.codecs.codec import (
    LMARENA_2025,
    Codec,
    conversations_of_parts,
    labels,
    laid_out,
)
from tiltyard.battles.table import Battles

OCCUPATIONS = (
    "business_and_management_and_financial_operations",
    "community_and_social_service",
    "construction_and_extraction",
    "education",
    "engineering_and_architecture",
    "entertainment_and_sports_and_media",
    "farming_and_fishing_and_forestry",
    "food_preparation_and_serving",
    "legal_and_government",
    "life_and_physical_and_social_science",
    "mathematical",
    "medicine_and_healthcare",
    "office_and_administrative_support",
    "personal_care_and_service",
    "philosophy_and_religion_and_theology",
    "production_and_industrial",
    "real_estate",
    "sales_and_retail",
    "software_and_it_services",
    "technology_hardware_and_equipment",
    "travel",
    "visual_arts_and_design",
    "writing_and_literature_and_language",
)

COLUMNS: dict[str, pl.DataType] = {
    "id": pl.String(),
    "model_a": pl.String(),
    "model_b": pl.String(),
    "winner": pl.String(),
    "conversation_a": pl.String(),
    "conversation_b": pl.String(),
    "evaluation_order": pl.Int32(),
    "full_conversation": pl.String(),
    "language": pl.String(),
    "occupational_tags": pl.Struct(dict.fromkeys(OCCUPATIONS, pl.Boolean)),
}


def write(battles: Battles) -> pl.DataFrame:
    """Lay votes out as this set does; conversations that are JSON text already stay as they are."""
    frame = battles.frame
    kept = [name for name in ("conversation_a", "conversation_b") if _is_text(frame, name)]
    conversations = {} if kept else conversations_of_parts(battles)
    if "full_conversation" in frame.columns:
        conversations["full_conversation"] = frame["full_conversation"]
    made = {
        "id": frame["battle_id"],
        "winner": labels(battles, LMARENA_2025),
        **{name: _as_json(column) for name, column in conversations.items()},
    }
    return laid_out(battles.frame, COLUMNS, made)


def _is_text(frame: pl.DataFrame, name: str) -> bool:
    return name in frame.columns and frame[name].dtype == pl.String


def _as_json(column: pl.Series) -> pl.Series:
    if column.dtype == pl.String:
        return column
    rows = [None if row is None else json.dumps(_without_nulls(row)) for row in column.to_list()]
    return pl.Series(column.name, rows, pl.String)


def _without_nulls(value: Any) -> Any:  # noqa: ANN401  # JSON is any of its types
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


CODEC = Codec("arena_expert_5k", frozenset({"id", "occupational_tags"}), write)
