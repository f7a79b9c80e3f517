"""How often 95 % intervals of kappa hold the truth, and how often bare resampling does."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from unittest.mock import patch

import numpy as np

from tiltyard.labels import kappa

TRIALS = 500
ROUNDS = 600
MANY = 1_000_000
NOTE = (
    f"{TRIALS:,} simulated sets of texts each, seeded, {ROUNDS:,} draws an interval. The truth is "
    f"the kappa of {MANY:,} texts. Where a text may be several things, the shares are how often "
    "the labeller finds a class that is there, and one that is not. `bare` is the percentile "
    "bootstrap without what was never seen."
)


@dataclass(frozen=True, slots=True)
class Case:
    """What is simulated."""

    name: str
    texts: int
    draw: Callable[[int, np.random.Generator], tuple[kappa.Bools, kappa.Bools]]


def one_each(
    shares: list[float], right: float, texts: int, chance: np.random.Generator
) -> tuple[kappa.Bools, kappa.Bools]:
    """Each text is one thing; who is wrong says another as often as it is there."""
    share, classes = np.array(shares), np.eye(len(shares), dtype=bool)
    said = chance.choice(len(shares), texts, p=share)
    wrong = np.where(classes, 0.0, share)
    wrong /= wrong.sum(axis=1, keepdims=True)
    other = (chance.random((texts, 1)) > wrong[said].cumsum(axis=1)).sum(axis=1)
    found = np.where(chance.random(texts) < right, said, np.minimum(other, len(shares) - 1))
    return classes[said], classes[found]


def several(
    shares: list[float], hit: float, false: float, texts: int, chance: np.random.Generator
) -> tuple[kappa.Bools, kappa.Bools]:
    """Each text may be several things."""
    truth = chance.random((texts, len(shares))) < shares
    drawn = chance.random(truth.shape)
    return truth, np.where(truth, drawn < hit, drawn < false)


THIRDS, SKEWED, TENTHS = [1 / 3] * 3, [0.8, 0.1, 0.1], [0.1] * 10
CASES = (
    Case("three classes, 97 % right", 36, partial(one_each, THIRDS, 0.97)),
    Case("three classes, 90 % right", 36, partial(one_each, THIRDS, 0.9)),
    Case("80, 10 and 10 %, 97 % right", 50, partial(one_each, SKEWED, 0.97)),
    Case("two classes, 99 % right", 100, partial(one_each, [0.5, 0.5], 0.99)),
    Case("90 and 10 %, 97 % right", 100, partial(one_each, [0.9, 0.1], 0.97)),
    Case("ten classes, 90 % right", 50, partial(one_each, TENTHS, 0.9)),
    Case("ten classes, 70 % right", 100, partial(one_each, TENTHS, 0.7)),
    Case("several of 3, 97 and 1 %", 40, partial(several, [0.3] * 3, 0.97, 0.01)),
    Case("several of 4, 80 and 3 %", 400, partial(several, [0.15, 0.1, 0.1, 0.1], 0.8, 0.03)),
    Case("several of 7, 90 and 10 %", 100, partial(several, [0.5] * 7, 0.9, 0.1)),
    Case("several of 23 of 3 % each, 70 and 1 %", 500, partial(several, [0.03] * 23, 0.7, 0.01)),
    Case("one of 3 %, 95 and 0.2 %", 500, partial(several, [0.03], 0.95, 0.002)),
    Case("one of 20 %, 97 and 1 %", 100, partial(several, [0.2], 0.97, 0.01)),
)


def report() -> str:
    """Simulate and write the table."""
    with patch.object(kappa, "DRAWS", ROUNDS):
        rows = [row(case) for case in CASES]
    head = ["# Coverage of 95 % intervals of kappa", "", NOTE, ""]
    columns = ["| texts | kappa | covered | width | bare |", "|---|---|---|---|---|"]
    return "\n".join([*head, *columns, *rows, ""])


def row(case: Case) -> str:
    """Simulate one case."""
    chance = np.random.default_rng(7)
    true = kappa.kappa(*case.draw(MANY, chance))
    smoothed, bare = [], []
    for trial in range(TRIALS):
        sides = case.draw(case.texts, chance)
        if not np.isfinite(kappa.kappa(*sides)):
            continue
        smoothed.append(kappa.kappa_interval(*sides, confidence=0.95, seed=trial))
        with patch.object(kappa, "UNSEEN", 0.0):
            bare.append(kappa.kappa_interval(*sides, confidence=0.95, seed=trial))
    held, width = np.array(smoothed), np.diff(smoothed).mean()
    return (
        f"| {case.texts} texts, {case.name} | {true:.3f} | {covers(held, true):.1%} | {width:.3f} "
        f"| {covers(np.array(bare), true):.1%} |"
    )


def covers(intervals: kappa.Floats, true: float) -> float:
    """Give the share of intervals that hold the truth."""
    return float(((intervals[:, 0] <= true) & (true <= intervals[:, 1])).mean())


if __name__ == "__main__":
    print(report())
