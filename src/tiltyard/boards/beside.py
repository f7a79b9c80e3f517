"""What another tool would say of the same votes, beside a board's own ratings."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import polars as pl

from tiltyard.battles.filters import apply_filters
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.fitting.codes import OUTCOMES, codes
from tiltyard.boards.fitting.features import STYLE, feature_columns
from tiltyard.boards.recipes.controls import Control
from tiltyard.boards.slices.column_slice import slice_battles
from tiltyard.ratings.compatibility import arena_rank, fastchat
from tiltyard.ratings.compatibility.result import CompatibleFit
from tiltyard.ratings.pair_counts import Floats
from tiltyard.ratings.votes import Votes

Tool = Literal["arena-rank", "fastchat"]
TOOLS: tuple[Tool, ...] = get_args(Tool)
STYLE_CONTROL = Control.parse("style")


@dataclass(frozen=True, slots=True)
class Beside:
    """One model by two tools; None where a tool has no number.

    Parameters
    ----------
    model
        Its name.
    rating
        The board's.
    other, lower, upper
        What the other tool says, and its 95 % interval.
    """

    model: str
    rating: float | None
    other: float | None
    lower: float | None
    upper: float | None

    @property
    def difference(self) -> float | None:
        """How much higher the other tool puts the model."""
        known = self.other is not None and self.rating is not None
        return self.other - self.rating if known else None  # type: ignore[operator]  # see known


def beside(board: Board, battles: Battles, tool: Tool) -> tuple[Beside, ...]:
    """Rate a board's votes as another tool does, with its defaults; the highest first.

    Both go through the board's slices and filters. If the board controls for style, so does the
    other tool, by its own definition of it.

    Parameters
    ----------
    board
        What Tiltyard makes of the votes.
    battles
        The votes; every one weighs one.
    tool
        `arena-rank` (0.1.1: sandwich intervals) or `fastchat` (100 bootstrap rounds; with style
        control no interval, as one takes a hundred fits).

    Raises
    ------
    RecipeError
        When the tool is not one of those, or the board controls for something that it cannot.
    CountsError
        When there are no votes, or they carry weights.
    """
    if tool not in TOOLS:
        raise RecipeError(f"There is no way to rate as {tool}; there are {' and '.join(TOOLS)}.")
    recipe = board.recipe
    if recipe.controls not in {(), (STYLE_CONTROL,)}:
        raise RecipeError(f"{tool} controls for style or for nothing.")
    chosen, _ = apply_filters(slice_battles(battles, recipe.slices, recipe.where), recipe.filters)
    names, frame = _single_votes(chosen.frame)
    found = _fit(tool, names, frame, style=bool(recipe.controls))
    known = {row.model: row.rating for row in board.models}
    rows = [
        Beside(name, known.get(name), *(_number(column, place) for column in _columns(found)))
        for place, name in enumerate(names)
    ]
    return tuple(sorted(rows, key=lambda row: -(row.other if row.other is not None else -np.inf)))


def _single_votes(frame: pl.DataFrame) -> tuple[list[str], pl.DataFrame]:
    votes = frame.with_columns(pl.col("model_a", "model_b").cast(pl.String))
    votes = votes.filter(pl.col("model_a") != pl.col("model_b"))
    if (votes["count"] != 1).any():
        votes = votes.select(pl.all().repeat_by("count").explode())
    return sorted({*votes["model_a"], *votes["model_b"]}), votes


def _fit(tool: Tool, names: list[str], frame: pl.DataFrame, *, style: bool) -> CompatibleFit:
    a, b = (codes(frame[side], names) for side in ("model_a", "model_b"))
    outcome = codes(frame["outcome"], OUTCOMES)
    votes = Votes.from_arrays(a, b, outcome, frame["weight"], models=len(names))
    anchor = _fastchat_anchor(names)
    if not style:
        if tool == "arena-rank":
            return arena_rank.fit_arena_rank(votes)
        return fastchat.fit_fastchat(votes, anchor=anchor)
    counts_a, counts_b = (_style(frame, side) for side in "ab")
    if tool == "arena-rank":
        order = [0, 1, 3, 2]  # its notebook has bold before lists
        features = arena_rank.arena_rank_features(counts_a[:, order], counts_b[:, order])
        return arena_rank.fit_arena_rank_style(votes, features)
    features = fastchat.fastchat_features(counts_a, counts_b)
    return fastchat.fit_fastchat_style(votes, features, anchor=anchor)


def _fastchat_anchor(names: list[str]) -> tuple[int, float] | None:
    model, score = fastchat.ANCHOR
    return (names.index(model), score) if model in names else None


def _style(frame: pl.DataFrame, side: str) -> Floats:
    """Shape (N, 4). Tokens, headers, lists and bold of one side."""
    counts = frame.select(feature_columns(frame, [STYLE_CONTROL]))
    columns: Floats = counts.select(f"{name}_{side}" for name in STYLE).to_numpy()
    if not np.isfinite(columns).all():
        raise RecipeError("Some votes have no style counts, and other tools take none without.")
    return columns


def _columns(found: CompatibleFit) -> tuple[Floats, Floats, Floats]:
    unknown = np.full(found.ratings.shape, np.nan)
    lower = unknown if found.lower is None else found.lower
    upper = unknown if found.upper is None else found.upper
    return found.ratings, lower, upper


def _number(column: Floats, place: int) -> float | None:
    return float(column[place]) if np.isfinite(column[place]) else None
