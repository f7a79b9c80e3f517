import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from synthetic_votes import synthetic_votes
from tiltyard.battles.outcome import Outcome
from tiltyard.battles.table import Battles
from tiltyard.boards.beside import TOOLS, Tool, beside
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.ranking import rank
from tiltyard.boards.recipes.controls import Control
from tiltyard.boards.recipes.recipe import Recipe

GOLDEN = Path(__file__).parent.parent / "golden"
COUNTS = ("length", "headers", "lists", "bold")


def golden(name: str) -> Any:  # noqa: ANN401  # JSON is any of its types
    return json.loads((GOLDEN / f"{name}.json").read_text())


def golden_votes() -> Battles:
    document = golden("votes")
    names = np.array([f"m{number:02}" for number in range(document["models"])])
    outcomes = np.array([outcome.value for outcome in Outcome])
    columns = {
        "model_a": names[document["model_a"]],
        "model_b": names[document["model_b"]],
        "winner": outcomes[document["outcome"]],
    }
    for side in "ab":
        counts = document[f"counts_{side}"]
        columns |= {
            f"{name}_{side}": np.array(counts[place], np.float64)
            for place, name in enumerate(COUNTS)
        }
    return Battles.from_frame(pl.DataFrame(columns))


def by_name(tool: Tool, recipe: Recipe) -> list[float | None]:
    battles = golden_votes()
    rows = beside(rank(battles, recipe), battles, tool)
    return [row.other for row in sorted(rows, key=lambda row: row.model)]


@pytest.mark.parametrize("tool", TOOLS)
def test_the_numbers_are_those_that_the_tool_itself_gave(tool: Tool) -> None:
    said = golden(tool.replace("-", "_"))["boards"]["plain"]["ratings"]
    assert by_name(tool, Recipe()) == pytest.approx(said, abs=1e-6)


@pytest.mark.parametrize("tool", TOOLS)
def test_style_is_controlled_for_when_the_board_does(tool: Tool) -> None:
    said = golden(tool.replace("-", "_"))["boards"]["style"]["ratings"]
    recipe = Recipe(controls=(Control.parse("style"),))
    assert by_name(tool, recipe) == pytest.approx(said, abs=1e-6)


def test_the_difference_is_to_the_board() -> None:
    battles = Battles.from_frame(synthetic_votes())
    board = rank(battles)
    rows = beside(board, battles, "arena-rank")
    others = [row.other or 0.0 for row in rows]
    assert others == sorted(others, reverse=True)
    exact = {row.model: row.rating for row in board.models}
    for row in rows:
        assert row.difference == pytest.approx(row.other - exact[row.model])  # type: ignore[operator]  # all are rated
        assert abs(row.difference or 0) < 0.5


def test_slices_hold_for_both() -> None:
    battles = Battles.from_frame(synthetic_votes())
    sliced = rank(battles, Recipe(slices=("is_code",)))
    only = Battles.from_frame(synthetic_votes().filter(pl.col("is_code")))
    assert beside(sliced, battles, "arena-rank") == beside(rank(only), only, "arena-rank")


def test_what_the_tools_cannot_do_is_said() -> None:
    battles = Battles.from_frame(synthetic_votes(500))
    board = rank(battles, Recipe(controls=(Control.parse("position"),)))
    with pytest.raises(RecipeError, match="arena-rank controls for style or for nothing"):
        beside(board, battles, "arena-rank")
