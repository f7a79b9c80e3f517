"""JSON of strangers is read whole or not at all, and never deeper than votes are."""

import json
from pathlib import Path

import pytest

from tiltyard.battles.errors import VotesError
from tiltyard.battles.json_text import MOST_DEPTH, is_deep, read_json
from tiltyard.battles.reading import read_battles

VOTE = {"model_a": "x", "model_b": "y", "winner": "model_a"}


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def test_what_is_as_deep_as_it_may_be_is_read() -> None:
    assert is_deep(read_json(nested(MOST_DEPTH))) is False


@pytest.mark.parametrize(
    "text", [nested(MOST_DEPTH + 1), nested(100_000), '{"a":' * 900 + "1" + "}" * 900, "{", ""]
)
def test_what_is_deeper_or_cut_short_is_no_json(text: str) -> None:
    with pytest.raises(ValueError, match=r"inside each other|Expecting"):
        read_json(text)


@pytest.mark.parametrize("depth", [MOST_DEPTH, 100_000])
@pytest.mark.parametrize("form", ["[{}, {}]", "{}\n{}\n", "[\n{},\n{}\n]"])
def test_votes_with_a_column_without_a_bottom_are_refused(
    tmp_path: Path, depth: int, form: str
) -> None:
    plain = json.dumps(VOTE)
    deep = plain.replace("}", f', "extra": {nested(depth)}}}')
    file = tmp_path / "votes.json"
    file.write_text(form.replace("{}", plain, 1).replace("{}", deep, 1))
    with pytest.raises(VotesError) as error:
        read_battles(file)
    assert "\n" not in str(error.value)
    if depth == MOST_DEPTH:
        assert "inside each other" in str(error.value)


@pytest.mark.parametrize("form", ["[{}]", "{}\n"])
def test_columns_of_an_ordinary_shape_are_kept(tmp_path: Path, form: str) -> None:
    said = [{"role": "user", "content": [{"type": "text", "text": "[[[[{{{{" * 20}]}] * 40
    row = VOTE | {"extra": {"a": {"b": [[1, 2], [3]]}}, "said": said}
    file = tmp_path / "votes.json"
    file.write_text(form.replace("{}", json.dumps(row)))
    kept = read_battles(file).frame
    assert kept["extra"].to_list() == [{"a": {"b": [[1, 2], [3]]}}]
    assert kept["said"].to_list() == [said]
