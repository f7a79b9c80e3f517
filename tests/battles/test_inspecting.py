import polars as pl

from tiltyard.battles.inspecting import inspect
from tiltyard.battles.table import Battles


def found(columns: dict[str, list[object]]) -> dict[str, tuple[int, str]]:
    notes = inspect(Battles.from_frame(pl.DataFrame(columns)))
    return {note.kind: (note.rows, note.message) for note in notes}


def test_an_ordinary_table_has_nothing_to_note() -> None:
    assert not found({"model_a": ["x", "y"], "model_b": ["y", "z"], "winner": ["a", "both_bad"]})


def test_labels_of_mixed_spelling_are_noted_with_the_spellings() -> None:
    labels: list[object] = ["model_a", "A", "tie", "tie (bothbad)"]
    notes = found({"model_a": ["x"] * 4, "model_b": ["y"] * 4, "winner": labels})
    rows, message = notes["mixed_spellings"]
    assert (list(notes), rows) == (["mixed_spellings"], 4)
    assert message.endswith("several ways, all understood: a as 'A', 'model_a'.")


def test_rows_without_a_vote_are_noted() -> None:
    notes = found({"model_a": ["x"] * 2, "model_b": ["y"] * 2, "choice": ["both_bad", None]})
    assert notes == {"no_vote": (1, "Nobody voted on 1 row (empty choice), which are left out.")}


def test_a_model_against_itself_is_noted() -> None:
    rows, _ = found({"model_a": ["x", "x"], "model_b": ["x", "y"], "winner": ["a", "b"]})[
        "self_battles"
    ]
    assert rows == 1


def test_ids_that_repeat_are_noted_unless_turn_or_voter_tell_them_apart() -> None:
    columns: dict[str, list[object]] = {
        "battle_id": ["1", "1", "1", "1", "2"],
        "turn": [1, 2, 1, 1, 1],
        "voter": ["v", "v", "w", "v", "v"],
        "model_a": ["x"] * 5,
        "model_b": ["y"] * 5,
        "winner": ["a"] * 5,
    }
    rows, message = found(columns)["duplicated_ids"]
    assert rows == 1
    assert "as in 1; the filter distinct" in message


def test_names_that_differ_in_case_and_spaces_only_are_noted() -> None:
    columns: dict[str, list[object]] = {
        "model_a": ["GPT-4", "gpt 4", "gpt-4.1", "gpt-41"],
        "model_b": ["z"] * 4,
        "winner": ["a"] * 4,
    }
    rows, message = found(columns)["similar_names"]
    assert rows == 2
    assert message.endswith("'GPT-4' and 'gpt 4'.")


def test_columns_that_hold_no_models_are_noted() -> None:
    names = [f"question {number}" for number in range(1200)]
    columns: dict[str, list[object]] = {
        "model_a": [*names[:600]],
        "model_b": [*names[600:]],
        "winner": ["a"] * 600,
    }
    rows, message = found(columns)["many_names"]
    assert rows == 600
    assert message.startswith("1,200 models in 600 votes")


def test_notes_of_parts_come_along_when_tables_are_joined() -> None:
    part = Battles.from_frame(
        pl.DataFrame({"model_a": ["x"] * 2, "model_b": ["y"] * 2, "choice": ["both_bad", None]})
    )
    assert [note.kind for note in Battles.concat([part, part]).notes] == ["no_vote"] * 2
