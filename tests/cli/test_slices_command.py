import json
from pathlib import Path

from click.testing import CliRunner

from tiltyard.boards.slices.slice_file import shipped_slices
from tiltyard.cli.slices import slices
from tiltyard_process import run


def test_the_shipped_slices_are_listed() -> None:
    listed = CliRunner().invoke(slices, []).stdout.splitlines()
    assert [line.split()[0] for line in listed] == list(shipped_slices().listed)
    assert "language = 'en' within hard" in next(line for line in listed if "hard-en" in line)


def test_a_program_may_read_them() -> None:
    listed = json.loads(CliRunner().invoke(slices, ["--json"]).stdout)
    assert listed["sha256"] == shipped_slices().sha256
    assert listed["slices"][0]["id"] == "overall"


def test_a_faulty_file_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[[slice]]\nid = "sad"\nname = "Sad"\nwhere = "mood = \'sad\'"\n')
    finished = run("slices", file)
    assert finished.returncode == 2
    assert "the condition of the slice sad looks at the column mood" in finished.stderr
    assert len(finished.stderr.strip().splitlines()) == 1
