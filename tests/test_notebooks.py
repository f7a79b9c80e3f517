"""The notebooks run on a release, and print what they show."""

import importlib.util
from pathlib import Path
from types import ModuleType

import anyio
import pytest

from made_up_arena import release_made_up_arena

NOTEBOOKS = Path(__file__).parent.parent / "docs" / "notebooks"


def _executing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("execute", NOTEBOOKS / "execute.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


execute = _executing()


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("made-up-arena")
    anyio.run(release_made_up_arena, place)
    return place


@pytest.mark.parametrize("file", execute.notebooks(), ids=lambda file: file.stem)
def test_a_notebook_prints_what_it_shows(file: Path, directory: Path) -> None:
    notebook = execute.read_notebook(file)
    again = execute.executed(notebook, directory)
    for cell, now in zip(notebook["cells"], again["cells"], strict=True):
        assert cell.get("outputs") == now.get("outputs")


def test_there_are_the_three_that_the_guide_names() -> None:
    guide = (NOTEBOOKS / "index.md").read_text(encoding="utf-8")
    assert len(execute.notebooks()) == 3
    for file in execute.notebooks():
        assert f"({file.name})" in guide
