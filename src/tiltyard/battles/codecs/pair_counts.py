"""Pair counts in JSON, as the leaderbot package ships the votes of Chatbot Arena.

`models` names the models, `X` holds a pair of indices per row, and `Y` the wins of the first, the
wins of the second, the ties, and (optional) the both-bad votes of that pair.
"""

from typing import Any, TypeGuard

import numpy as np
import polars as pl

from tiltyard.battles.codecs.codec import Codec
from tiltyard.battles.columns import MOST_VOTES, SCHEMA
from tiltyard.battles.errors import VotesError
from tiltyard.battles.outcome import Outcome
from tiltyard.battles.table import Battles

PAIR = 2


def is_count_file(document: object) -> TypeGuard[dict[str, Any]]:
    """Say whether a JSON document has the keys of a pair-count file."""
    return isinstance(document, dict) and {"models", "X", "Y"} <= document.keys()


def read_count_file(document: dict[str, Any], source: str) -> Battles:
    """Make a battles table with a row per pair and outcome that occurred.

    Raises
    ------
    VotesError
        When the three lists do not fit together, or an element is not an index or a count.
    """
    models, pairs, counts = document["models"], document["X"], document["Y"]
    if not all(isinstance(part, list) for part in (models, pairs, counts)):
        raise VotesError(f"{source}: models, X and Y must each be a list.")
    if len(pairs) != len(counts):
        raise VotesError(f"{source}: X has {len(pairs)} rows and Y has {len(counts)}.")
    rows = [
        row
        for number, (pair, votes) in enumerate(zip(pairs, counts, strict=True))
        for row in _votes_of_pair(models, pair, votes, f"{source}, row {number + 1}")
    ]
    names = ["model_a", "model_b", "outcome", "count"]
    columns = [SCHEMA[name] for name in names]
    frame = pl.DataFrame(rows, dict(zip(names, columns, strict=True)), orient="row")
    return Battles.from_frame(frame, source)


def _votes_of_pair(
    models: list[Any], pair: object, votes: object, where: str
) -> list[tuple[str, str, str, int]]:
    if not isinstance(pair, list) or len(pair) != PAIR or not all(map(_is_count, pair)):
        raise VotesError(f"{where}, column X: {pair!r} is not two indices of models.")
    if max(pair) >= len(models):
        raise VotesError(
            f"{where}, column X: {max(pair)} is no model; indices go from 0 to {len(models) - 1}."
        )
    outcomes = list(Outcome)
    if not isinstance(votes, list) or len(votes) not in {len(outcomes) - 1, len(outcomes)}:
        raise VotesError(
            f"{where}, column Y: {votes!r} is not wins of each, ties and both-bad votes."
        )
    wrong = next((count for count in votes if not _is_count(count)), None)
    if wrong is not None:
        raise VotesError(
            f"{where}, column Y: {wrong!r} is not a count; allowed are whole numbers from 0 up."
        )
    first, second = (str(models[int(index)]) for index in pair)
    return [
        (first, second, outcome.value, int(count))
        for outcome, count in zip(outcomes, votes, strict=False)
        if count
    ]


def _is_count(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return 0 <= value <= MOST_VOTES and float(value).is_integer()


def write(battles: Battles) -> dict[str, Any]:
    """Lay votes out as pair counts: only who met whom with which outcome, and how often."""
    table = battles.pairs
    votes = table.votes
    counts = (votes.first_wins, votes.second_wins, votes.ties, votes.both_bad)
    return {
        "models": list(table.names),
        "X": np.column_stack([votes.first, votes.second]).tolist(),
        "Y": np.column_stack(counts).astype(np.int64).tolist(),
    }


CODEC = Codec("pair_counts", frozenset({"models", "X", "Y"}), write)
