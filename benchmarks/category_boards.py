"""Make twenty category boards, with and without style control, from a million labelled battles."""

from time import process_time

import numpy as np
import polars as pl
from synthetic import draw_log, length_edge, log_frame, style_counts

from tiltyard.battles.table import Battles
from tiltyard.boards.ranking import rank
from tiltyard.boards.recipes.controls import Control
from tiltyard.boards.recipes.recipe import Recipe

VOTES, MODELS, CATEGORIES = 1_000_000, 100, 20
NOTE = (
    "CPU seconds over all threads, in one process, from a table in memory to boards with intervals."
)
COUNTS = ("length", "headers", "lists", "bold")


def report() -> str:
    """Measure and write the table."""
    battles = labelled_battles()
    plain, styled, counted = 0.0, 0.0, 0
    for number in range(CATEGORIES):
        slices = (f"category_{number:02}",)
        start = process_time()
        board = rank(battles, Recipe(slices=slices))
        middle = process_time()
        rank(battles, Recipe(slices=slices, controls=(Control.parse("style"),)))
        plain, styled = plain + middle - start, styled + process_time() - middle
        counted += board.votes
    lines = [
        f"# {CATEGORIES} category boards from {VOTES:,} labelled battles on {MODELS} models",
        "",
        NOTE,
        f"Categories overlap and hold {counted:,} votes together.",
        "",
        "| boards | CPU seconds |",
        "|---|---|",
        f"| {CATEGORIES} plain | {plain:.2f} |",
        f"| {CATEGORIES} with style control | {styled:.2f} |",
        f"| all {2 * CATEGORIES} | {plain + styled:.2f} |",
    ]
    return "\n".join(lines) + "\n"


def labelled_battles() -> Battles:
    """Draw battles with style counts, and categories that hold from 60 % to 1 % of them."""
    random = np.random.default_rng(3)
    a, b = style_counts(VOTES, seed=2)
    frame = log_frame(draw_log(VOTES, MODELS, seed=1, edge=length_edge(a, b)))
    columns = [
        pl.Series(f"{name}_{side}", counts[:, place])
        for side, counts in (("a", a), ("b", b))
        for place, name in enumerate(COUNTS)
    ]
    shares = np.geomspace(0.6, 0.01, CATEGORIES)
    labels = [
        pl.Series(f"category_{number:02}", random.random(VOTES) < share)
        for number, share in enumerate(shares)
    ]
    return Battles.from_frame(frame.with_columns(*columns, *labels))


if __name__ == "__main__":
    print(report(), end="")
