"""What `tiltyard swap` and `tiltyard value` read and rank."""

from pathlib import Path
from typing import Any

import pytest

from tiltyard.battles.reading import read_battles
from tiltyard.battles.table import Battles
from tiltyard.boards.fitting import reading
from tiltyard.boards.ranking import rank
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.cli.boards_of_votes import boards_of


def test_the_votes_are_read_once_for_all_slices(
    votes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def noting(path: Path, **asked: Any) -> Battles:  # noqa: ANN401  # whatever is asked
        read.append(path)
        return read_battles(path, **asked)

    monkeypatch.setattr(reading, "read_battles", noting)
    found = boards_of([votes], (), ["is_code"], "language", (), 0.95)
    assert list(found.boards) == ["overall", "is_code", "language=en", "language=de"]
    assert read == [votes]


def test_a_slice_read_with_others_is_the_slice_read_alone(votes: Path) -> None:
    found = boards_of([votes], (), ["is_code"], "language", ("style",), 0.95).boards
    for given in ("is_code", "language=de"):
        recipe = Recipe(slices=(given,), controls=found[given].recipe.controls)
        assert found[given].to_dict() == rank(votes, recipe).to_dict()
    alone = rank(votes, Recipe(controls=found["is_code"].recipe.controls))
    assert found["overall"].to_dict() == alone.to_dict()
