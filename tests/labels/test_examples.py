import json
from pathlib import Path

import pytest

from tiltyard.battles.errors import VotesError
from tiltyard.labels.cross_validation import cross_validated, evaluated
from tiltyard.labels.errors import LabelError
from tiltyard.labels.example_files import read_examples
from tiltyard.labels.examples import Examples, Origin
from tiltyard.labels.labellers import find_labeller
from tiltyard.labels.logistic import Choice

CODE = ["fix my Python loop", "a Rust lifetime error", "SQL join of two tables", "a bash script"]
SONG = ["a poem about rain", "a song for my cat", "a sad short story", "rhymes of the sea"]


def written(file: Path, rows: list[object]) -> Path:
    file.write_text("\n".join(json.dumps(row) for row in rows))
    return file


def labelled(tmp_path: Path) -> Examples:
    rows = [{"text": text, "label": "code"} for text in CODE]
    rows += [{"text": text, "label": "song"} for text in SONG]
    return read_examples(written(tmp_path / "examples.jsonl", list(rows)))


def test_examples_with_a_name_each_have_one_class(tmp_path: Path) -> None:
    examples = labelled(tmp_path)
    assert (len(examples), examples.classes, examples.choice) == (8, ("code", "song"), Choice.ONE)
    assert examples.names(0) == ("code",)


def test_examples_with_lists_have_any_number_of_classes(tmp_path: Path) -> None:
    rows: list[object] = [
        {"prompt": "a law on drugs", "labels": ["law", "medicine"]},
        {"prompt": "hello", "labels": []},
    ]
    examples = read_examples(written(tmp_path / "examples.jsonl", rows))
    assert examples.choice is Choice.ANY
    assert [examples.names(row) for row in range(2)] == [("law", "medicine"), ()]


def test_csv_with_columns_of_other_names(tmp_path: Path) -> None:
    file = tmp_path / "examples.csv"
    file.write_text("question,kind\nfix my loop,code\na poem,song\n,song\nno label,\n")
    examples = read_examples(file, text="question", label="kind")
    assert examples.texts == ("fix my loop", "a poem")


def test_rows_without_a_text_or_a_label_are_counted_each_kind_by_itself(tmp_path: Path) -> None:
    rows: list[object] = [
        {"prompt": "fix my loop", "label": "code"},
        {"prompt": "a poem", "label": "song"},
        {"prompt": " ", "label": "song"},
        {"prompt": None, "label": None},
        {"prompt": "no label", "label": None},
        {"prompt": "an empty one", "label": ""},
        {"label": "code"},
    ]
    examples = read_examples(written(tmp_path / "examples.jsonl", rows))
    assert examples.texts == ("fix my loop", "a poem")
    assert examples.origin == Origin("prompt", "label", rows=7, without_text=3, without_label=2)


def test_a_list_without_names_is_a_label_and_none_at_all_is_not(tmp_path: Path) -> None:
    rows: list[object] = [
        {"text": "a law", "labels": ["law"]},
        {"text": "hello", "labels": []},
        {"text": "unread", "labels": None},
    ]
    origin = read_examples(written(tmp_path / "examples.jsonl", rows)).origin
    assert origin is not None
    assert (origin.without_text, origin.without_label) == (0, 1)


@pytest.mark.parametrize(
    ("about", "column"),
    [(None, "category"), ("occupation", "occupation"), ("topic", "topics"), ("expert", "category")],
)
def test_the_column_called_as_the_labeller_comes_first_where_it_has_names(
    tmp_path: Path, about: str | None, column: str
) -> None:
    """`expert` has no names, and so is not what a labeller is compared with."""
    labels = {"category": "code", "occupation": "law", "topics": ["love"], "expert": True}
    rows: list[object] = [
        {"text": "fix my loop", **labels},
        {"text": "a poem", **labels, "category": "song", "occupation": "arts"},
    ]
    file = written(tmp_path / "examples.jsonl", rows)
    origin = read_examples(file, about=about).origin
    assert origin is not None
    assert origin.label == column
    named = read_examples(file, label="category", about=about).origin
    assert named is not None
    assert named.label == "category"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"words": "a", "label": "b"}], "no column text; there are words, label"),
        ([{"text": "a", "verdict": "b"}], "no column label"),
        ([{"text": 1, "label": "b"}], "not text"),
        ([{"text": "a", "label": 1.5}], "not names or lists of names"),
        ([{"text": "a", "label": "b"}], "add examples of another"),
        ([{"text": "", "label": "b"}], "of 1 row, none has both a text and a label"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(
    tmp_path: Path, rows: list[object], said: str
) -> None:
    with pytest.raises(LabelError, match=said):
        read_examples(written(tmp_path / "examples.jsonl", rows))


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VotesError, match="does not exist"):
        read_examples(tmp_path / "absent.jsonl")


def test_cross_validation_never_tests_on_a_text_it_has_learned(tmp_path: Path) -> None:
    """Texts that occur twice with other labels would be known by heart; here they cannot be."""
    rows: list[object] = [
        {"text": f"{place}" * 6, "label": label} for place in range(40) for label in ("x", "y")
    ]
    examples = read_examples(written(tmp_path / "examples.jsonl", rows))
    found = cross_validated(examples, folds=4)
    assert found.kappa == pytest.approx(0, abs=0.35)


def test_cross_validation_needs_as_many_texts_as_folds(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="8 different texts cannot be split into 9 folds"):
        cross_validated(labelled(tmp_path), folds=9)


def test_any_labeller_is_compared_with_the_truth(tmp_path: Path) -> None:
    rows: list[object] = [
        {"text": "Wie hoch ist der Kölner Dom, und wann wurde er gebaut?", "label": "de"},
        {"text": "What is the height of the tower, and when was it built?", "label": "en"},
        {"text": "Quelle est la hauteur de la tour de la cathédrale ?", "label": "en"},
    ]
    examples = read_examples(written(tmp_path / "examples.jsonl", rows))
    found = evaluated(find_labeller("language"), examples)
    assert found.accuracy.estimate == pytest.approx(2 / 3)
    assert {one.name for one in found.classes} == {"de", "en", "fr"}


def test_an_unknown_labeller_is_refused_with_the_known_ones() -> None:
    with pytest.raises(LabelError, match="name one of language"):
        find_labeller("horoscope")


def test_an_empty_name_in_a_list_is_none(tmp_path: Path) -> None:
    rows: list[object] = [{"text": "fix my loop", "labels": ["code", None, ""]}]
    assert read_examples(written(tmp_path / "examples.jsonl", rows)).names(0) == ("code",)
