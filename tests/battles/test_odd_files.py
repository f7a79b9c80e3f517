"""Files that nobody meant: one sentence each, and never a traceback."""

from pathlib import Path

import pytest

from tiltyard.battles.errors import VotesError
from tiltyard.battles.reading import read_battles

HEAD = "model_a,model_b,winner"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[" * 100_000, "votes.csv"),
        ('{"models":["a","b"],"X":[[0,1]],"Y":[[%s,1,1]]}' % ("9" * 5000), "votes.csv"),
        ('{"models":["a","b"],"X":[[0,1]],"Y":[[1e300,1,1]]}', "row 1, column Y: 1e.300 is not a"),
        ('{"models":["a","b"],"X":[[true,1]],"Y":[[1,1,1]]}', "row 1, column X"),
        ('[{"model_a":"\\ud800","model_b":"b","winner":"model_a"}]', "votes.csv"),
        (f"{HEAD},count\na,b,model_a,1e30\n", "row 1, column count: 1e.30 is not a whole"),
        (f"{HEAD},weight\na,b,model_a,1e308\n", "row 1, column weight: 1e.308 is too heavy"),
        (f"{HEAD}\na,b,model_a\n".replace(",", ";"), "separates its columns by ';'"),
        (f"{HEAD}\na,b,model_a\n".replace(",", "\t"), "separates its columns by"),
        (b"PK\x03\x04rest of a workbook", "is a workbook or an archive"),
        (f"{HEAD}\na,b,model_a\n".encode("utf-16"), "is UTF-16 text: save it as UTF-8"),
    ],
)
def test_an_odd_file_gets_one_sentence(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    file = tmp_path / "votes.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(VotesError, match=sentence) as caught:
        _ = read_battles(file).pairs
    assert "\n" not in str(caught.value)


def test_indices_written_as_decimals_are_indices(tmp_path: Path) -> None:
    file = tmp_path / "votes.json"
    file.write_text('{"models":["a","b"],"X":[[0.0,1.0]],"Y":[[3,1,1,1]]}')
    assert read_battles(file).pairs.names == ("a", "b")
