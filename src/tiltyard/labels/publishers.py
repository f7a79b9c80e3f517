"""What publishers of votes said of their battles: labels of theirs, beside our own.

They have a labeller and columns of their own, so that they are never taken for ours, never compete
with them, and a slice that wants them asks for them by name.
"""

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from tiltyard.labels.labeller import ColumnType

LABELLER = "published"
"""The version is the schema of the file that said so."""

AS_THEY_SAID = "columns"
"""The key under which a label keeps the columns of its row as they were, with the battle's id."""

COLUMNS: Mapping[str, ColumnType] = MappingProxyType(
    {
        "published_language": pl.String,
        **dict.fromkeys(
            (
                "published_code",
                "published_maths",
                "published_creative_writing",
                "published_instruction_following",
                "published_hard",
                "published_refusal",
            ),
            pl.Boolean,
        ),
        "published_occupations": pl.List(pl.String),
        "published_topics": pl.List(pl.String),
    }
)

_COMPARIA = (
    *("categories", "keywords", "languages", "short_summary", "selected_category"),
    *("is_unedited_prompt", "mode", "custom_models_selection", "metadata", "web_search_results"),
    *("excluded", "extra_metadata", "session_hash", "response_id"),
    *(
        f"{name}_{side}"
        for side in "ab"
        for name in (
            "conv_comments",
            "conv_useful",
            "conv_complete",
            "conv_creative",
            "conv_clear_formatting",
            "conv_incorrect",
            "conv_superficial",
            "conv_instructions_not_followed",
        )
    ),
    *(f"total_conv_{side}_{what}" for side in "ab" for what in ("output_tokens", "kwh")),
    *(f"model_{side}_{what}_params" for side in "ab" for what in ("total", "active")),
)
_LMARENA = (
    *("language", "is_code", "is_refusal", "category_tag", "conv_metadata", "dedup_tag"),
    *("occupational_tags", "openai_moderation", "toxic_chat_tag"),
    *("evaluation_session_id", "evaluation_order"),
    *("system_a_metadata", "system_b_metadata"),
)
_STYLE = tuple(
    f"{name}_{side}" for side in "ab" for name in ("length", "tokens", "headers", "lists", "bold")
)
KEPT = frozenset({*_LMARENA, *_COMPARIA, *_STYLE, "weight"})
"""Columns of published sets that are kept as they are, beside those that Tiltyard's export has."""


class Publishers:
    """Whose labels these are. No labeller: only publishers know what they said."""

    name = LABELLER
    version = "read@1"
    """How our columns are read from theirs; each label says which schema it came from."""
    columns = COLUMNS
