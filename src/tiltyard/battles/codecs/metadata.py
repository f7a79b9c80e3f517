"""Nested columns that several of LMArena's sets share."""

import polars as pl

HEADERS = pl.Struct({f"h{level}": pl.Int64 for level in range(1, 7)})
LISTS = pl.Struct({"ordered": pl.Int64, "unordered": pl.Int64})
BOLD = pl.Struct({"**": pl.Int64, "__": pl.Int64})


def _of_side(side: str) -> dict[str, pl.DataType]:
    return {
        f"sum_assistant_{side}_tokens": pl.Int32(),
        f"header_count_{side}": HEADERS,
        f"list_count_{side}": LISTS,
        f"bold_count_{side}": BOLD,
        f"context_{side}_tokens": pl.Int32(),
    }


CONVERSATION_METADATA = pl.Struct(
    {**_of_side("a"), **_of_side("b"), "sum_user_tokens": pl.Int32(), "turns": pl.Int32()}
)

CRITERIA = pl.Struct(
    dict.fromkeys(
        (
            "complexity",
            "creativity",
            "domain_knowledge",
            "problem_solving",
            "real_world",
            "specificity",
            "technical_accuracy",
        ),
        pl.Boolean,
    )
)
