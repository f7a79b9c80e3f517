"""Counting files that do not fit into memory, and what is wrong in them."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tiltyard.battles.errors import VotesError
from tiltyard.battles.pair_table import PairTable
from tiltyard.battles.reading import read_battles
from tiltyard.battles.streaming import count_votes
from tiltyard.battles.table import Battles

GROUPS = 50


def content(pairs: PairTable) -> list[object]:
    """All of a table in plain values."""
    counts = (pairs.votes, pairs.weights, pairs.squares)
    columns = ("first", "second", "first_wins", "second_wins", "ties", "both_bad")
    arrays = [getattr(part, name).tolist() for part in counts for name in columns]
    return [pairs.names, pairs.self_battles, *arrays]


def synthetic(votes: int, models: int = 20, seed: int = 7) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    names = pl.Series([f"provider/model {number}" for number in range(models)])
    labels = pl.Series(["model_a", "model_b", "tie", "both_bad"])
    return pl.DataFrame(
        {
            "model_a": names.gather(random.integers(0, models, votes)),
            "model_b": names.gather(random.integers(0, models, votes)),
            "winner": labels.gather(random.integers(0, 4, votes)),
        }
    )


CATEGORICAL = pl.col("model_a", "model_b", "winner").cast(pl.Categorical)
"""How dictionary-coded columns come out of Parquet."""


@pytest.mark.parametrize(
    "change",
    [
        [],
        [CATEGORICAL],
        [pl.col("winner").replace("tie", "draw")],
        [pl.lit(3).alias("count")],
        [pl.int_range(pl.len()).mod(7).mul(0.1).alias("weight")],
        [pl.col("winner").replace({"tie": None}).alias("choice"), pl.lit("x").alias("mood")],
    ],
)
def test_a_file_counts_in_batches_as_it_does_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: list[pl.Expr]
) -> None:
    monkeypatch.setattr("tiltyard.battles.streaming.BATCH", 300)
    frame = synthetic(2000).with_columns(change)
    if "choice" in frame.columns:
        frame = frame.drop("winner")
    frame.write_parquet(tmp_path / "votes.parquet", row_group_size=250)
    counted = count_votes(tmp_path / "votes.parquet")
    assert content(counted) == content(read_battles(tmp_path / "votes.parquet").pairs)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "json"])
def test_other_formats_are_counted_too(tmp_path: Path, ending: str) -> None:
    frame = synthetic(50)
    file = tmp_path / f"votes.{ending}"
    text = {"csv": frame.write_csv(), "jsonl": frame.write_ndjson(), "json": frame.write_json()}
    file.write_text(text[ending])
    assert content(count_votes(file)) == content(read_battles(file).pairs)


def test_columns_of_other_names_are_counted(tmp_path: Path) -> None:
    frame = synthetic(50)
    frame.write_parquet(tmp_path / "usual.parquet")
    renamed = frame.rename({"model_a": "left_bot", "model_b": "right_bot", "winner": "verdict"})
    renamed.write_parquet(tmp_path / "own.parquet")
    columns = {"model_a": "left_bot", "model_b": "right_bot", "outcome": "verdict"}
    counted = count_votes(tmp_path / "own.parquet", columns=columns)
    assert content(counted) == content(count_votes(tmp_path / "usual.parquet"))


def test_words_that_others_brought_into_the_shared_dictionary_cost_nothing(tmp_path: Path) -> None:
    others = pl.Series([f"somebody else's word {number}" for number in range(5000)])
    kept = others.cast(pl.Categorical)
    frame = synthetic(500).with_columns(CATEGORICAL)
    frame.write_parquet(tmp_path / "votes.parquet")
    assert content(count_votes(tmp_path / "votes.parquet")) == content(
        Battles.from_frame(frame.with_columns(pl.col("model_a", "model_b").cast(pl.String))).pairs
    )
    assert kept.len() == 5000


def test_no_rows_are_no_pairs(tmp_path: Path) -> None:
    synthetic(0).write_parquet(tmp_path / "votes.parquet")
    assert count_votes(tmp_path / "votes.parquet").names == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"winner": "modl_a"}, "row 1801, column winner: 'modl_a' is not an outcome"),
        ({"winner": None}, "row 1801, column winner: is empty"),
        ({"model_a": None}, "row 1801, column model_a: is empty"),
        ({"model_b": ""}, "row 1801, column model_b: is empty"),
        ({"count": -1}, "row 1801, column count: -1.0 is not allowed"),
        ({"count": 1.5}, "row 1801, column count: 1.5 is not a whole number"),
        ({"weight": -0.5}, "row 1801, column weight: -0.5 is not allowed"),
        ({"weight": float("nan")}, "row 1801, column weight: nan is not allowed"),
    ],
)
def test_a_bad_cell_far_down_is_named_with_its_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, object], said: str
) -> None:
    monkeypatch.setattr("tiltyard.battles.streaming.BATCH", 500)
    ((name, value),) = change.items()
    frame = synthetic(2000)
    good = frame[name] if name in frame.columns else pl.Series([1.0] * 2000)
    cells = good.to_list()
    cells[1800] = value
    frame.with_columns(pl.Series(name, cells)).write_parquet(tmp_path / "votes.parquet")
    with pytest.raises(VotesError, match=f"^votes.parquet, {said}"):
        count_votes(tmp_path / "votes.parquet")


def test_a_parquet_that_is_cut_short_gets_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "votes.parquet"
    synthetic(1000).write_parquet(file)
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(VotesError, match=r"^votes.parquet is damaged, cut short") as caught:
        count_votes(file)
    assert "\n" not in str(caught.value)


PEAK = """
import json, resource, sys
from tiltyard.battles.{module} import {function}
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
result = {function}(sys.argv[1])
total = result{pairs}.votes.totals.sum()
print(json.dumps([total, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before]))
"""


# Linux lets a process start from its parent's peak, so a small one stands between
BETWEEN = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))"


def peak(file: Path, **parts: str) -> tuple[float, int]:
    """Count a file in a process of its own: the votes, and by how much its peak memory rose."""
    measured = [sys.executable, "-c", PEAK.format(**parts), str(file)]
    done = subprocess.run(
        [sys.executable, "-c", BETWEEN, *measured], capture_output=True, check=True, text=True
    )
    total, grown = json.loads(done.stdout)
    return total, grown


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "votes.parquet"
    part = synthetic(100_000).with_columns(CATEGORICAL)
    pl.concat([part] * GROUPS).write_parquet(file, row_group_size=100_000)
    streamed, peak_streamed = peak(file, module="streaming", function="count_votes", pairs="")
    whole, peak_whole = peak(file, module="reading", function="read_battles", pairs=".pairs")
    assert streamed == whole
    assert peak_streamed < 0.6 * peak_whole
