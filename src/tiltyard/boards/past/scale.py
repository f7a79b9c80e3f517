"""Boards of one slice on one scale.

Ratings say how models differ. Without an anchor the mean of the rated models is 1000, so when one
comes or leaves, the ratings of all others move, although they differ as before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

from tiltyard.ledger.records import Snapshot

Json = Mapping[str, Any]


def shift_between(before: Json, after: Json) -> float:
    """Say by how many points ratings of an earlier board are raised onto a later one's scale.

    Those rated on both have the same mean then. Where the same models are rated, both boards are
    on one scale already; so they are where an anchor holds it.
    """
    was, now = _ratings(before), _ratings(after)
    both = was.keys() & now.keys()
    anchored = before["recipe"].get("anchor") and after["recipe"].get("anchor")
    if anchored or not both or was.keys() == now.keys():
        return 0.0
    return fmean(now[one] for one in both) - fmean(was[one] for one in both)


def shifted(row: Json, points: float) -> Json:
    """Raise the rating of a board's row with its bounds."""
    names = ("rating", "lower", "upper")
    return {**row, **{name: row[name] + points for name in names if row.get(name) is not None}}


def on_one_scale(past: Sequence[Snapshot]) -> list[Snapshot]:
    """Put a board's snapshots, the oldest first, on the scale of the newest, link by link.

    A snapshot on which nobody is rated is passed over.
    """
    found: list[Snapshot] = []
    points, later = 0.0, None
    for snapshot in reversed(past):
        board = snapshot.board
        if _ratings(board):
            points += shift_between(board, later) if later else 0.0
            later = board
        rows = [shifted(row, points) for row in board["models"]]
        found.append(replace(snapshot, board={**board, "models": rows}) if points else snapshot)
    return found[::-1]


def _ratings(board: Json) -> dict[str, float]:
    return {row["model"]: row["rating"] for row in board["models"] if row["rating"] is not None}
