import json
from pathlib import Path

import polars as pl
import pytest

from tiltyard.battles.errors import VotesError
from tiltyard.battles.reading import read_battles

ROWS = [
    {"model_a": "x", "model_b": "y", "winner": "model_a", "turn": 1},
    {"model_a": "y", "model_b": "7", "winner": "tie (bothbad)", "turn": 2},
]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS)
CSV = "model_a,model_b,winner,turn\nx,y,model_a,1\ny,7,tie (bothbad),2\n"
COUNTS = {"models": ["x", "y", "z"], "X": [[0, 1], [2, 1]], "Y": [[3, 2, 1, 4], [0, 5, 0, 0]]}


def write(directory: Path, name: str, content: str | bytes) -> Path:
    file = directory / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def parquet(directory: Path, name: str) -> Path:
    pl.DataFrame(ROWS).write_parquet(directory / name)
    return directory / name


def votes(file: Path) -> list[tuple[str, str, str, int]]:
    frame = read_battles(file).frame
    return frame.select("model_a", "model_b", "outcome", "turn").rows()


EXPECTED = [("x", "y", "a", 1), ("y", "7", "both_bad", 2)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("votes.csv", CSV),
        ("votes with [brackets] and *.csv", CSV),
        ("marked.csv", "\ufeff" + CSV),
        ("crlf.csv", CSV.replace("\n", "\r\n")),
        ("votes.jsonl", LINES),
        ("votes [1].jsonl", LINES),
        ("gaps.jsonl", "\n" + LINES.replace("\n", "\n\n")),
        ("cut_newline.jsonl", LINES.rstrip()),
        ("votes.json", json.dumps(ROWS)),
        ("indented.json", json.dumps(ROWS, indent=2)),
        ("lines.json", LINES),
        ("really_lines.csv", LINES),
        ("no_extension", CSV),
    ],
)
def test_the_content_decides_the_format(tmp_path: Path, name: str, content: str) -> None:
    assert votes(write(tmp_path, name, content)) == EXPECTED


@pytest.mark.parametrize("name", ["votes.parquet", "really_parquet.csv", "votes[1]*.parquet"])
def test_parquet_is_read(tmp_path: Path, name: str) -> None:
    assert votes(parquet(tmp_path, name)) == EXPECTED


def test_pair_counts_are_read_as_groups_of_equal_votes(tmp_path: Path) -> None:
    table = read_battles(write(tmp_path, "counts.json", json.dumps(COUNTS, indent=1)))
    assert table.frame.select("model_a", "model_b", "outcome", "count").rows() == [
        ("x", "y", "a", 3),
        ("x", "y", "b", 2),
        ("x", "y", "tie", 1),
        ("x", "y", "both_bad", 4),
        ("z", "y", "b", 5),
    ]


def test_conversations_come_along_unless_only_votes_are_asked_for(tmp_path: Path) -> None:
    row = ROWS[0] | {"conversation_a": [{"role": "user", "content": "Hi"}], "tstamp": "not a time"}
    file = write(tmp_path, "votes.jsonl", json.dumps(row))
    assert "conversation_a" not in read_battles(file, only_votes=True).frame.columns
    del row["tstamp"]
    whole = read_battles(write(tmp_path, "votes.jsonl", json.dumps(row))).frame
    assert whole["conversation_a"].to_list() == [[{"role": "user", "content": "Hi"}]]


def test_columns_that_are_asked_for_come_along_with_the_votes(tmp_path: Path) -> None:
    row = ROWS[0] | {"judge": "v", "language": "de", "mood": 1, "conversation_a": []}
    file = write(tmp_path, "votes.jsonl", json.dumps(row))
    frame = read_battles(file, only_votes=True, also=["voter", "mood", "nothing"]).frame
    assert frame.select("voter", "language", "mood").rows() == [("v", None, 1)]
    assert "conversation_a" not in frame.columns


def test_columns_of_other_names_are_read_as_told(tmp_path: Path) -> None:
    renamed = CSV.replace("model_a,model_b,winner", "bot,other,verdict", 1).replace("7", "007")
    file = write(tmp_path, "votes.csv", renamed)
    columns = {"model_a": "bot", "model_b": "other", "outcome": "verdict"}
    for only_votes in (False, True):
        frame = read_battles(file, columns=columns, only_votes=only_votes).frame
        assert frame["model_b"].to_list() == ["y", "007"]
        assert frame["outcome"].to_list() == ["a", "both_bad"]


def test_messages_of_both_published_shapes_may_stand_in_one_file(tmp_path: Path) -> None:
    shapes = ["Hi", [{"type": "text", "text": "Hi"}]]
    rows = [ROWS[0] | {"conversation_a": [{"role": "user", "content": shape}]} for shape in shapes]
    file = write(tmp_path, "votes.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    assert read_battles(file).frame.height == 2


def test_ids_in_csv_keep_their_zeros_and_times_are_read_as_numbers(tmp_path: Path) -> None:
    text = "id,judge,tstamp,model_a,model_b,winner\n007,08,1.5,x,y,tie\n"
    (row,) = read_battles(write(tmp_path, "votes.csv", text)).frame.to_dicts()
    assert (row["battle_id"], row["voter"]) == ("007", "08")
    assert row["voted_at"].isoformat() == "1970-01-01T00:00:01.500000+00:00"


def test_a_header_alone_is_a_table_without_votes(tmp_path: Path) -> None:
    assert read_battles(write(tmp_path, "votes.csv", "model_a,model_b,winner\n")).frame.height == 0


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", "", "empty.csv is empty; expected votes as Parquet, CSV, JSON"),
        ("blank.jsonl", " \n\n", "blank.jsonl is empty"),
        ("cut.jsonl", LINES[:-20], "cut.jsonl, line 2: is not a whole JSON object"),
        ("list.jsonl", LINES + "[1]\n", "list.jsonl, line 3: is not a whole JSON object"),
        ("cut.json", json.dumps(ROWS)[:-9], "cut.json.* is not a whole JSON object"),
        ("cut_counts.json", json.dumps(COUNTS)[:-9], "cut_counts.json, line 1: is not a whole"),
        ("numbers.json", "[1, 2]", "numbers.json, row 1: is not an object"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0", "picture.csv is not a file of votes"),
        ("short.parquet", b"PAR1abc", "short.parquet is damaged, cut short, or not"),
        ("latin.csv", CSV.encode() + b"\xff,y,tie,1\n", "latin.csv is damaged"),
        ("ragged.csv", CSV + "x,y,tie,1,2,3\n", "ragged.csv is damaged"),
        ("cut.csv", CSV + "x,y", "cut.csv, row 3, column winner: is empty"),
        ("prose.txt", "Dear reader,\nno votes here.\n", "prose.txt: there is no column model_a"),
        ("label.csv", CSV + "x,y,modl_a,1\n", "label.csv, row 3, column winner: 'modl_a'"),
    ],
)
def test_what_is_no_file_of_votes_gets_one_sentence(
    tmp_path: Path, name: str, content: str | bytes, said: str
) -> None:
    with pytest.raises(VotesError, match=said) as caught:
        read_battles(write(tmp_path, name, content))
    assert "\n" not in str(caught.value)


def test_a_cut_parquet_a_directory_and_nothing_at_all_get_one_sentence(tmp_path: Path) -> None:
    whole = parquet(tmp_path, "votes.parquet").read_bytes()
    with pytest.raises(VotesError, match=r"cut.parquet is damaged, cut short"):
        read_battles(write(tmp_path, "cut.parquet", whole[:-30]))
    middle = bytes(len(whole) // 2)
    blank = whole[:4] + middle + whole[4 + len(middle) :]
    with pytest.raises(VotesError, match=r"blank.parquet is damaged, cut short"):
        read_battles(write(tmp_path, "blank.parquet", blank))
    with pytest.raises(VotesError, match="is a directory"):
        read_battles(tmp_path)
    with pytest.raises(VotesError, match="does not exist"):
        read_battles(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Y": [[3, 2, 1, 4]]}, "X has 2 rows and Y has 1"),
        ({"X": "pairs"}, "must each be a list"),
        ({"X": [[0, 1], [2, 3]]}, "row 2, column X: 3 is no model; indices go from 0 to 2"),
        ({"X": [[0, 1], [2]]}, r"row 2, column X: \[2\] is not two indices"),
        ({"Y": [[3, 2, 1, 4], [0, -5, 0, 0]]}, "row 2, column Y: -5 is not a count"),
        ({"Y": [[3, 2, 1, 4], [0, float("nan"), 0, 0]]}, "row 2, column Y: nan is not a count"),
        ({"Y": [[3, 2, 1, 4], [0, 1]]}, r"row 2, column Y: \[0, 1\] is not wins of each"),
    ],
)
def test_pair_counts_that_do_not_fit_together_are_refused(
    tmp_path: Path, change: dict[str, object], said: str
) -> None:
    with pytest.raises(VotesError, match=said):
        read_battles(write(tmp_path, "counts.json", json.dumps(COUNTS | change)))
