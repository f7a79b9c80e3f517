from pathlib import Path

import polars as pl
import pytest

from synthetic_votes import MODELS, synthetic_votes

HEADERS = ("headers_a", "headers_b")


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    path = tmp_path / "votes.csv"
    synthetic_votes(4_000).write_csv(path)
    return path


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    path = tmp_path / "prices.csv"
    amounts = (8, 4, 0.25, 1, 0.5, 0.25)
    lines = [f"{model},{price}" for model, price in zip(MODELS, amounts, strict=True)]
    path.write_text("model,US dollars per million tokens\n" + "\n".join(lines))
    return path


@pytest.fixture
def with_french(votes: Path, tmp_path: Path) -> Path:
    """Votes of which the first 200 are on French answers, all without a heading."""
    path, french = tmp_path / "with-french.csv", pl.int_range(pl.len()) < 200
    pl.read_csv(votes).with_columns(
        pl.when(french).then(pl.lit("fr")).otherwise("language").alias("language"),
        *(pl.when(~french).then(side).otherwise(0).alias(side) for side in HEADERS),
    ).write_csv(path)
    return path
