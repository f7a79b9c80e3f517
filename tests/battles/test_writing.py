from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tiltyard.battles.errors import VotesError
from tiltyard.battles.reading import read_battles
from tiltyard.battles.table import Battles
from tiltyard.battles.writing import write_battles


def votes() -> Battles:
    return Battles.from_frame(
        pl.DataFrame(
            {
                "battle_id": ["1", "2"],
                "arena": ["text", None],
                "model_a": ["x", "007"],
                "model_b": ['y,\n"z"', "x"],
                "outcome": ["both_bad", "b"],
                "voter": ["v", None],
                "voted_at": [datetime(2026, 1, 2, 3, 4, 5, 678_901, UTC), None],
                "turn": [1, None],
                "count": [1, 3],
                "weight": [0.1, 2.0],
                "language": ["de", None],
                "pair_probability": [0.25, None],
                "policy": ["p", None],
                "mood": [1.5, -2.0],
            }
        )
    )


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl", "ndjson", "json"])
def test_a_battles_table_comes_back_from_every_format(tmp_path: Path, ending: str) -> None:
    write_battles(votes(), tmp_path / f"votes.{ending}")
    assert_frame_equal(read_battles(tmp_path / f"votes.{ending}").frame, votes().frame)


@pytest.mark.parametrize(
    ("name", "schema", "said"),
    [
        ("votes.txt", "battles", r"votes.txt: battles is not written to .txt; end the name with"),
        ("votes", "battles", "not written to a file without an ending"),
        ("votes.csv", "fastchat_log", "end the name with .json or .jsonl"),
        ("votes.parquet", "arena_33k", "There is no schema arena_33k; there are battles, chatbot"),
        ("nowhere/votes.csv", "battles", "cannot be written"),
    ],
)
def test_what_cannot_be_written_is_said_in_a_sentence(
    tmp_path: Path, name: str, schema: str, said: str
) -> None:
    with pytest.raises(VotesError, match=said):
        write_battles(votes(), tmp_path / name, schema=schema)


def test_nested_columns_and_csv_do_not_go_together(tmp_path: Path) -> None:
    nested = Battles(votes().frame.with_columns(tags=pl.lit(["a"])))
    with pytest.raises(VotesError, match="CSV cannot hold the nested columns tags"):
        write_battles(nested, tmp_path / "votes.csv")
    assert list(tmp_path.iterdir()) == []
