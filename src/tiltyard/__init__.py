"""Tiltyard: the open, self-hostable arena for AI models.

>>> import tiltyard
>>> board = tiltyard.rank(tiltyard.read_battles("votes.parquet"))  # doctest: +SKIP

The names below are loaded when they are first used, so that `import tiltyard` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiltyard.battles.reading import read_battles
    from tiltyard.battles.table import Battles
    from tiltyard.boards.board import Board
    from tiltyard.boards.ranking import rank
    from tiltyard.boards.recipe import Anchor, Recipe

__version__ = "0.1.0.dev0"
__all__ = ["Anchor", "Battles", "Board", "Recipe", "__version__", "rank", "read_battles"]

_HOMES = {
    "Anchor": "tiltyard.boards.recipe",
    "Battles": "tiltyard.battles.table",
    "Board": "tiltyard.boards.board",
    "Recipe": "tiltyard.boards.recipe",
    "rank": "tiltyard.boards.ranking",
    "read_battles": "tiltyard.battles.reading",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
