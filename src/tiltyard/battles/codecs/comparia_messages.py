"""Messages as compar:IA publishes them."""

import polars as pl

METADATA = pl.Struct(
    {"generation_id": pl.String, "output_tokens": pl.Int64, "duration": pl.Float64}
)
CONVERSATION = pl.List(
    pl.Struct(
        {
            "role": pl.String,
            "content": pl.String,
            "reasoning_content": pl.String,
            "metadata": METADATA,
        }
    )
)
QUALITIES = (
    "useful",
    "complete",
    "creative",
    "clear_formatting",
    "incorrect",
    "superficial",
    "instructions_not_followed",
)


def both_sides(pattern: str, dtype: pl.DataType) -> dict[str, pl.DataType]:
    """Give two columns, one per side, of one type."""
    return {pattern.format(side): dtype for side in "ab"}
