from datetime import UTC, datetime

import polars as pl
import pytest

from tiltyard.battles.columns import SCHEMA
from tiltyard.battles.errors import VotesError
from tiltyard.battles.table import Battles

TWO = {"model_a": ["x", "y"], "model_b": ["y", "z"]}


def outcomes(columns: dict[str, list[object]]) -> list[str]:
    return Battles.from_frame(pl.DataFrame({**TWO, **columns})).frame["outcome"].to_list()


def test_the_first_columns_are_the_schema_and_the_rest_follow_as_they_were() -> None:
    frame = pl.DataFrame({"mood": [1.5], "model_b": ["y"], "winner": ["tie"], "model_a": ["x"]})
    table = Battles.from_frame(frame).frame
    assert table.columns == [*SCHEMA, "mood"]
    assert table["mood"].to_list() == [1.5]
    assert dict(list(table.schema.items())[: len(SCHEMA)]) == SCHEMA


def test_what_is_unknown_is_null_and_every_row_is_one_vote_of_weight_one() -> None:
    (row,) = Battles.from_frame(
        pl.DataFrame({"model_a": ["x"], "model_b": ["y"], "winner": ["tie"]})
    ).frame.to_dicts()
    known = {"model_a": "x", "model_b": "y", "outcome": "tie", "count": 1, "weight": 1.0}
    assert row == dict.fromkeys(SCHEMA) | known


def test_a_battles_table_reads_back_as_itself() -> None:
    table = Battles.from_frame(pl.DataFrame({**TWO, "winner": ["model_a", "tie (bothbad)"]}))
    assert Battles.from_frame(table.frame).frame.equals(table.frame)


def test_published_names_of_columns_are_understood() -> None:
    frame = pl.DataFrame(
        {
            "question_id": ["q"],
            "model_a": ["x"],
            "model_b": ["y"],
            "winner": ["model_b"],
            "judge": ["arena_user_7"],
            "tstamp": [1.5],
            "language": ["English"],
            "turn": [2],
        }
    )
    (row,) = Battles.from_frame(frame).frame.to_dicts()
    assert row["battle_id"] == "q"
    assert row["voter"] == "arena_user_7"
    assert row["voted_at"] == datetime(1970, 1, 1, 0, 0, 1, 500_000, UTC)
    assert (row["language"], row["turn"]) == ("English", 2)


@pytest.mark.parametrize(
    "given",
    ["2024-08-14 10:00:00", "2024-08-14T10:00:00Z", datetime(2024, 8, 14, 10)],  # noqa: DTZ001  # a moment without a zone is the case
)
def test_times_without_a_zone_are_utc(given: object) -> None:
    frame = pl.DataFrame(
        {"model_a": ["x"], "model_b": ["y"], "winner": ["a"], "timestamp": [given]}
    )
    assert Battles.from_frame(frame).frame["voted_at"][0] == datetime(2024, 8, 14, 10, tzinfo=UTC)


def test_one_hot_columns_say_who_won() -> None:
    hot: dict[str, list[object]]
    hot = {"winner_model_a": [1, 0], "winner_model_b": [0, 0], "winner_tie": [0, 1]}
    assert outcomes(hot) == ["a", "tie"]


def test_two_marks_in_one_row_are_refused() -> None:
    hot: dict[str, list[object]]
    hot = {"winner_model_a": [1, 1], "winner_model_b": [0, 1], "winner_tie": [0, 0]}
    with pytest.raises(VotesError, match=r"row 2, column winner_model_a.*exactly one"):
        outcomes(hot)


def test_an_empty_choice_is_no_vote() -> None:
    assert outcomes({"choice": [None, "both_good"]}) == ["tie"]
    assert outcomes({"acceptedIndex": [None, 1]}) == ["b"]


def test_a_chosen_name_says_who_won() -> None:
    frame = pl.DataFrame(
        {
            "model_a_name": ["x", "x", "x"],
            "model_b_name": ["y", "y", "y"],
            "chosen_model_name": ["x", "y", None],
            "both_equal": [False, False, True],
        }
    )
    assert Battles.from_frame(frame).frame["outcome"].to_list() == ["a", "b", "tie"]
    wrong = frame.with_columns(pl.lit("z").alias("chosen_model_name"))
    with pytest.raises(VotesError, match=r"row 1, column chosen_model_name: 'z' is neither"):
        Battles.from_frame(wrong)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"winner": ["model_a", "modl_b"]}, "row 2, column winner: 'modl_b' is not an outcome"),
        ({"winner": ["model_a", None]}, "row 2, column winner: is empty; allowed are a, b, tie"),
        ({"choice": ["a_better", "x_better"]}, "row 2, column choice: 'x_better' is not"),
        ({}, "no column says who won"),
        ({"winner": ["a", "b"], "model_b": ["y", None]}, "row 2, column model_b: is empty"),
        ({"winner": ["a", "b"], "model_b": ["y", ""]}, "row 2, column model_b: is empty"),
        ({"winner": ["a", "b"], "model_b": [["y"], ["z"]]}, "column model_b: holds List"),
        ({"winner": ["a", "b"], "count": [1, -1]}, "row 2, column count: -1 is not allowed"),
        ({"winner": ["a", "b"], "count": [1, None]}, "row 2, column count: is empty"),
        ({"winner": ["a", "b"], "count": [1, 2.5]}, "row 2, column count: 2.5 is not a whole"),
        ({"winner": ["a", "b"], "count": [1, float("nan")]}, "row 2, column count: nan"),
        ({"winner": ["a", "b"], "weight": [1, float("inf")]}, "row 2, column weight: inf"),
        ({"winner": ["a", "b"], "weight": ["1", "heavy"]}, "row 2, column weight: 'heavy'"),
        ({"winner": ["a", "b"], "turn": ["1", "two"]}, "row 2, column turn: 'two'"),
        ({"winner": ["a", "b"], "timestamp": ["2024-01-01", "noon"]}, "'noon' is not a time"),
        (
            {"winner": ["a", "b"], "tstamp": [1.7e9, 1.7e12]},
            "row 2, column tstamp: 1700000000000.0",
        ),
        ({"winner": ["a", "b"], "tstamp": [1.7e9, float("nan")]}, "row 2, column tstamp: nan is"),
        ({"winner": ["a", "b"], "tstamp": [1.7e9, -6.22e10]}, "row 2, column tstamp: -62200000000"),
        ({"winner": ["a", "b"], "timestamp": ["2024-01-01", "0000-01-01"]}, "'0000-01-01' is not"),
        (
            {"winner": ["a"] * 2, "timestamp": pl.Series([0, 1 << 60]).cast(pl.Datetime("us"))},
            r"row 2, column timestamp: '\+38504-.*' is not a time",
        ),
    ],
)
def test_a_bad_cell_is_named_with_its_row_and_column(
    columns: dict[str, list[object]], said: str
) -> None:
    frame = pl.DataFrame({**TWO, **columns}, strict=False)
    with pytest.raises(VotesError, match=said):
        Battles.from_frame(frame, "votes.csv")


def test_a_missing_model_column_is_named_beside_what_was_found() -> None:
    with pytest.raises(VotesError, match=r"no column model_b.*found: model_a, winner"):
        Battles.from_frame(pl.DataFrame({"model_a": ["x"], "winner": ["a"]}))


def test_a_frame_of_another_shape_is_not_a_battles_table() -> None:
    with pytest.raises(VotesError, match=r"not a battles table \(see battle_id, arena"):
        Battles(pl.DataFrame({"model_a": ["x"]}))


def test_counts_by_pair_sort_the_names_and_respect_count() -> None:
    frame = pl.DataFrame(
        {
            "model_a": ["zeta", "alpha", "zeta"],
            "model_b": ["alpha", "zeta", "mid"],
            "winner": ["model_a", "tie", "model_b"],
            "count": [3, 2, 1],
        }
    )
    names, counts = Battles.from_frame(frame).pair_counts()
    assert names == ("alpha", "mid", "zeta")
    assert counts.first.tolist() == [0, 1]
    assert counts.second.tolist() == [2, 2]
    assert counts.first_wins.tolist() == [0, 1]
    assert counts.second_wins.tolist() == [3, 0]
    assert counts.ties.tolist() == [2, 0]


def test_weights_enter_once_in_the_weights_and_squared_in_the_squares() -> None:
    frame = pl.DataFrame(
        {"model_a": ["x"], "model_b": ["y"], "winner": ["a"], "count": [3], "weight": [0.5]}
    )
    pairs = Battles.from_frame(frame).pairs
    sums = [counts.first_wins.item() for counts in (pairs.votes, pairs.weights, pairs.squares)]
    assert sums == [3, 1.5, 0.75]


def test_self_battles_are_counted_apart() -> None:
    frame = pl.DataFrame({"model_a": ["x", "x"], "model_b": ["x", "y"], "winner": ["a", "b"]})
    pairs = Battles.from_frame(frame).pairs
    assert pairs.self_battles == {"x": 1}
    assert pairs.votes.totals.tolist() == [1]


def test_tables_join_with_nulls_where_one_lacks_a_column() -> None:
    first = Battles.from_frame(pl.DataFrame({**TWO, "winner": ["a", "b"], "mood": [1, 2]}))
    second = Battles.from_frame(pl.DataFrame({**TWO, "winner": ["tie", "tie"]}))
    joined = Battles.concat([first, second]).frame
    assert joined["mood"].to_list() == [1, 2, None, None]
    assert joined["outcome"].to_list() == ["a", "b", "tie", "tie"]


def test_no_rows_are_no_pairs() -> None:
    columns = dict.fromkeys(("model_a", "model_b", "winner"), pl.String)
    names, counts = Battles.from_frame(pl.DataFrame(schema=columns)).pair_counts()
    assert names == ()
    assert counts.totals.size == 0
