from pathlib import Path

import pytest

from tiltyard.boards.slices import in_use
from tiltyard.boards.slices.in_use import SlicesInUse

GOOD = '[[slice]]\nid = "{}"\nname = "Good"\nwhere = "{}"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "slices.toml"
    file.write_text(GOOD.format("german", "language = 'de'"))
    return file


def test_a_changed_file_is_in_use_at_once(file: Path) -> None:
    slices = SlicesInUse(file)
    file.write_text(GOOD.format("french", "language = 'fr'"))
    assert list(slices.now().listed) == ["overall", "french"]
    assert slices.fault is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.format("long", " OR ".join(["turn = 1"] * 600)), "the slice long has 1,799 words"),
        ("slice = " + "[" * 5000 + "]" * 5000, "nested too deep"),
        ("slice = [", "is not TOML"),
    ],
)
def test_whatever_is_in_a_changed_file_is_a_fault_until_it_is_mended(
    file: Path, text: str, said: str
) -> None:
    slices = SlicesInUse(file)
    file.write_text(text)
    for _ in range(2):
        assert list(slices.now().listed) == ["overall", "german"]
        assert said in (slices.fault or "")
    file.write_text(GOOD.format("mended", "hard"))
    assert list(slices.now().listed) == ["overall", "mended"]
    assert slices.fault is None


def test_also_what_nobody_foresaw_is_a_fault(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slices = SlicesInUse(file)
    file.write_text(GOOD.format("french", "language = 'fr'"))

    def fail(_: Path | None) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(in_use, "read_slices", fail)
    assert list(slices.now().listed) == ["overall", "german"]
    assert slices.fault == f"{file} cannot be used (MemoryError: no room)."
