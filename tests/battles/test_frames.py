from datetime import UTC, datetime

import numpy as np
import pandas as pd  # type: ignore[import-untyped]  # it ships no types
import polars as pl
import pytest

from tiltyard.battles.errors import VotesError
from tiltyard.battles.table import Battles


def rows(frame: object) -> list[tuple[object, ...]]:
    return Battles.from_frame(frame).frame.select("model_a", "model_b", "outcome").rows()


EXPECTED = [("x", "y", "a"), ("y", "z", "tie")]
VOTES = {"model_a": ["x", "y"], "model_b": ["y", "z"], "winner": ["model_a", "tie"]}


class Exported:
    """Any library's table: all it shows is an Arrow stream."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.frame.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame(VOTES),
        pl.LazyFrame(VOTES),
        pd.DataFrame(VOTES),
        pd.DataFrame(VOTES, dtype="category"),
        pd.DataFrame(VOTES, dtype="object"),
        Exported(pl.DataFrame(VOTES)),
        Exported(pl.DataFrame(VOTES).cast(pl.Categorical)),
        pl.DataFrame(VOTES).cast(pl.Categorical(pl.Categories("of another library"))),
        pl.DataFrame(VOTES).cast(pl.Enum(["model_a", "tie", "x", "y", "z"])),
    ],
)
def test_tables_of_other_libraries_are_read(frame: object) -> None:
    assert rows(frame) == EXPECTED


def test_every_kind_of_pandas_column_comes_along() -> None:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    frame = pd.DataFrame(
        {
            **VOTES,
            "judge": pd.Categorical(["v", None]),
            "timestamp": pd.Series([moment, None]),
            "turn": pd.array([1, None], dtype="Int64"),
            "weight": np.array([0.5, 2.0]),
            "conversation_a": [[{"role": "user", "content": "Hi"}], None],
            "mood": ["glad", np.nan],
        }
    )
    first, second = Battles.from_frame(frame).frame.to_dicts()
    assert (first["voter"], first["voted_at"], first["turn"]) == ("v", moment, 1)
    assert (first["weight"], first["mood"]) == (0.5, "glad")
    assert first["conversation_a"] == [{"role": "user", "content": "Hi"}]
    names = ("voter", "voted_at", "turn", "mood", "conversation_a")
    assert [second[name] for name in names] == [None] * 5


def test_moments_without_a_zone_in_pandas_are_utc() -> None:
    frame = pd.DataFrame({**VOTES, "timestamp": pd.to_datetime(["2026-01-02", "2026-01-03"])})
    assert Battles.from_frame(frame).frame["voted_at"][0] == datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (VOTES, "the table is dict, not a table"),
        (pd.DataFrame([[1, 2]], columns=["model_a", "model_a"]), "has two columns model_a"),
        (pd.DataFrame({"model_a": [1 + 2j]}), "column model_a: holds complex128"),
    ],
)
def test_what_is_no_table_gets_one_sentence(given: object, said: str) -> None:
    with pytest.raises(VotesError, match=said):
        Battles.from_frame(given)


def test_names_of_ones_own_are_mapped_to_the_columns_they_hold() -> None:
    frame = pl.DataFrame(
        {
            "left_bot": ["x"],
            "right_bot": ["y"],
            "verdict": ["B>A"],
            "weight": [100.0],
            "trust": [0.5],
            "lang": ["de"],
        }
    )
    columns = {
        "model_a": "left_bot",
        "model_b": "right_bot",
        "outcome": "verdict",
        "weight": "trust",
        "language": "lang",
    }
    (row,) = Battles.from_frame(frame, columns=columns).frame.to_dicts()
    assert [row[name] for name in columns] == ["x", "y", "b", 0.5, "de"]
    assert "lang" not in row


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"winner": "verdict"}, "The battles table has no column winner; it has battle_id"),
        ({"outcome": "verdct"}, r"no column verdct to read outcome from \(found: model_a"),
    ],
)
def test_a_mapping_that_leads_nowhere_is_refused(columns: dict[str, str], said: str) -> None:
    with pytest.raises(VotesError, match=said):
        Battles.from_frame(pl.DataFrame(VOTES), columns=columns)
