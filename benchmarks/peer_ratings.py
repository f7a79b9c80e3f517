"""Rate the votes of a golden file with another tool itself, and print what it says as JSON.

Run in that tool's environment, with the votes and, for FastChat, its `rating_systems.py`:
`python peer_ratings.py arena-rank VOTES` or `python peer_ratings.py fastchat VOTES SOURCE`.
"""

# mypy: ignore-errors
# The tools and pandas live in another environment, so nothing here has types to check against.

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd

ROUNDS = 8
LABELS = ("model_a", "model_b", "tie", "both_bad")
COUNTS = ("sum_assistant_tokens", "header_count", "list_count", "bold_count")
ANCHORED = 3


class OneProcess:
    """Stand in for a pool of processes: forked ones wait for ever on the threads of JAX."""

    def __init__(self, processes: int | None = None) -> None:
        del processes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def starmap(self, function: Callable, arguments: list) -> list:
        """Call one after the other."""
        return [function(*each) for each in arguments]

    def imap_unordered(self, function: Callable, values: list) -> list:
        """Call one after the other."""
        return [function(value) for value in values]


def table(votes: dict) -> pd.DataFrame:
    """Lay the votes out as the tools' data sets do."""
    names = np.array([f"model-{number:02}" for number in range(votes["models"])])
    return pd.DataFrame(
        {
            "model_a": names[votes["model_a"]],
            "model_b": names[votes["model_b"]],
            "winner": [LABELS[code] for code in votes["outcome"]],
        }
    )


def arena_rank(votes: dict) -> dict:
    """Every way of `compute_ratings_and_cis`."""
    from arena_rank.models import bradley_terry, contextual_bradley_terry  # noqa: PLC0415
    from arena_rank.utils.data_utils import ContextualPairDataset, PairDataset  # noqa: PLC0415

    bradley_terry.mp.Pool = OneProcess
    frame, found = table(votes), {}

    def plain(name: str, reweighted: bool, **how: object) -> None:  # noqa: FBT001  # two cases
        data = PairDataset.from_pandas(frame, reweighted=reweighted)
        model = bradley_terry.BradleyTerry(len(data.competitors))
        found[name] = listed(model.compute_ratings_and_cis(data, **how))

    def style(name: str, ridge: float, reweighted: bool, **how: object) -> None:  # noqa: FBT001
        data = ContextualPairDataset.from_pandas(
            frame.assign(**notebook_features(votes)), list(COUNTS), reweighted=reweighted
        )
        model = contextual_bradley_terry.ContextualBradleyTerry(
            len(data.competitors), len(COUNTS), reg=ridge
        )
        found[name] = listed(model.compute_ratings_and_cis(data, **how))

    bootstrap = {"ci_method": "bootstrap", "num_bootstrap": ROUNDS}
    plain("plain", reweighted=False)
    plain("balanced", reweighted=True, significance_level=0.1)
    plain("bootstrap", reweighted=False, **bootstrap)
    style("style", 1.0, reweighted=True)
    style("style_without_ridge", 0.0, reweighted=False)
    style("style_bootstrap", 1.0, reweighted=True, **bootstrap)
    return found


def notebook_features(votes: dict) -> dict[str, pd.Series]:
    """Relative differences, as arena-rank's notebook prepares them before its data set does."""
    features = {}
    for name, a, b in zip(COUNTS, votes["counts_a"], votes["counts_b"], strict=True):
        one, two = pd.Series(a, dtype=float), pd.Series(b, dtype=float)
        total = (one + two).replace(0, 1)
        relative = (one - two) / total
        features[name] = (relative - relative.mean()) / relative.std()
    return features


def fastchat(votes: dict, source: str) -> dict:
    """`compute_bt`, `compute_style_control` and their bootstraps."""
    spec = importlib.util.spec_from_file_location("rating_systems", source)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    tool.mp.Pool = OneProcess
    frame = table(votes)
    # Its list has the four of side a, then the four of side b.
    counts = zip(tool.STYLE_CONTROL_ELEMENTS_V1, votes["counts_a"] + votes["counts_b"], strict=True)
    frame["conv_metadata"] = pd.DataFrame(dict(counts)).to_dict("records")
    anchored = frame.replace(f"model-{ANCHORED:02}", "mixtral-8x7b-instruct-v0.1")
    style, coefficients = tool.compute_style_control(frame)
    np.random.seed(42)  # noqa: NPY002  # what FastChat's script does
    resampled, _ = tool.compute_bootstrap_style_control(frame, ROUNDS)
    return {
        "plain": board(tool.compute_bt(frame), tool.compute_bootstrap_bt(frame, 100)),
        "anchored": board(tool.compute_bt(anchored), tool.compute_bootstrap_bt(anchored, ROUNDS)),
        "style": board(style, resampled) | {"coefficients": coefficients.tolist()},
    }


def board(ratings: pd.Series, resampled: pd.DataFrame) -> dict:
    """Order by name, with the quantiles of FastChat's leaderboard table."""
    order = sorted(
        ratings.index,
        key=lambda name: name.replace("mixtral-8x7b-instruct-v0.1", f"model-{ANCHORED:02}"),
    )
    return {
        "ratings": ratings[order].tolist(),
        "lower": resampled.quantile(0.025)[order].tolist(),
        "upper": resampled.quantile(0.975)[order].tolist(),
        "variances": resampled.var()[order].tolist(),
    }


def listed(result: dict) -> dict:
    """Give arena-rank's result the names of ours."""
    names = {"ratings": "ratings", "rating_lower": "lower", "rating_upper": "upper"}
    names |= {"variances": "variances", "coeffs": "coefficients"}
    return {ours: np.asarray(result[its]).tolist() for its, ours in names.items() if its in result}


if __name__ == "__main__":
    rate = {"arena-rank": arena_rank, "fastchat": fastchat}[sys.argv[1]]
    print(json.dumps(rate(json.loads(Path(sys.argv[2]).read_text()), *sys.argv[3:])))
