"""Tiltyard: the open, self-hostable arena for AI models.

>>> import tiltyard
>>> board = tiltyard.rank("votes.parquet")  # doctest: +SKIP

The names below are loaded when they are first used, so that `import tiltyard` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiltyard.battles.filters import apply_filters
    from tiltyard.battles.reading import read_battles
    from tiltyard.battles.table import Battles
    from tiltyard.battles.writing import write_battles
    from tiltyard.boards.board import Board
    from tiltyard.boards.comparing import compare_models
    from tiltyard.boards.plots.writing import write_plots
    from tiltyard.boards.ranking import rank
    from tiltyard.boards.recipes.controls import Control
    from tiltyard.boards.recipes.recipe import Anchor, Recipe, Variants
    from tiltyard.boards.saved.verifying import verify_board
    from tiltyard.boards.swapping import swap
    from tiltyard.boards.tastes import own_board
    from tiltyard.boards.topic_boards import topic_boards
    from tiltyard.boards.value import value_of

__version__ = "0.1.0.dev0"
__all__ = [
    "Anchor",
    "Battles",
    "Board",
    "Control",
    "Recipe",
    "Variants",
    "__version__",
    "apply_filters",
    "compare_models",
    "own_board",
    "rank",
    "read_battles",
    "swap",
    "topic_boards",
    "value_of",
    "verify_board",
    "write_battles",
    "write_plots",
]

_HOMES = {
    "Anchor": "tiltyard.boards.recipes.recipe",
    "Battles": "tiltyard.battles.table",
    "Board": "tiltyard.boards.board",
    "Control": "tiltyard.boards.recipes.controls",
    "Recipe": "tiltyard.boards.recipes.recipe",
    "Variants": "tiltyard.boards.recipes.recipe",
    "apply_filters": "tiltyard.battles.filters",
    "compare_models": "tiltyard.boards.comparing",
    "own_board": "tiltyard.boards.tastes",
    "rank": "tiltyard.boards.ranking",
    "read_battles": "tiltyard.battles.reading",
    "swap": "tiltyard.boards.swapping",
    "topic_boards": "tiltyard.boards.topic_boards",
    "value_of": "tiltyard.boards.value",
    "verify_board": "tiltyard.boards.saved.verifying",
    "write_battles": "tiltyard.battles.writing",
    "write_plots": "tiltyard.boards.plots.writing",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
