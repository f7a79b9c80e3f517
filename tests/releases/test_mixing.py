"""Rows go out in the order of their ids, whichever order they came in."""

from pathlib import Path

import polars as pl
import pytest

from tiltyard.releases import mixing
from tiltyard.releases.errors import ReleaseError
from tiltyard.releases.mixing import in_order_of_ids


def frame(*rows: tuple[str, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"battle_id": pl.String, "turn": pl.Int32}, orient="row")


def test_all_rows_come_back_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixing, "AT_ONCE", 2)
    frames = [
        frame(("f0", 1), ("a2", 2), ("a1", 1)),
        frame(),
        frame(("a2", 1), ("0c", 1)),
        frame(("a0", 1)),
    ]
    found = list(in_order_of_ids(frames, tmp_path))
    assert max(one.height for one in found) == 2
    ordered = [("0c", 1), ("a0", 1), ("a1", 1), ("a2", 1), ("a2", 2), ("f0", 1)]
    assert pl.concat(found).rows() == ordered
    assert not list(tmp_path.iterdir()), "nothing is left behind"


def test_no_rows_are_one_frame_of_the_same_columns(tmp_path: Path) -> None:
    (found,) = in_order_of_ids([frame(), frame()], tmp_path)
    assert found.equals(frame())
    assert list(in_order_of_ids([], tmp_path)) == []


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="nowhere cannot be written"):
        list(in_order_of_ids([frame(("a0", 1))], tmp_path / "nowhere"))
