"""How often 95 % intervals of slices that are pooled with their parents hold the truth."""

from dataclasses import dataclass

import numpy as np
from coverage_trials import (
    COEFFICIENTS,
    SEED,
    STRENGTHS,
    Hits,
    draw_outcomes,
    draw_pairs,
    holds,
)

from tiltyard.ratings.bradley_terry import fit_bradley_terry
from tiltyard.ratings.contextual import fit_contextual
from tiltyard.ratings.intervals import points_per_nat
from tiltyard.ratings.pair_counts import Floats
from tiltyard.ratings.pooling import PooledFit, fit_pooled, fit_pooled_contextual
from tiltyard.ratings.votes import Votes

TRIALS = 1000
MODELS = len(STRENGTHS)
OUTSIDE = 20_000
NOTE = (
    f"{TRIALS:,} simulated slices each, seeded, on {MODELS} models of uneven popularity, with "
    f"{OUTSIDE:,} other votes in the parent unless it is said. Strengths of the slice, and where "
    "style is controlled its four coefficients, depart from those of the others by normal draws; "
    "the truth is what the slice's votes were drawn from. `covered` is over the intervals of all "
    "strengths, with the simulation's own standard error; `least` and `most` are over single "
    "models. The last two columns are root mean squared errors of strengths, in points."
)


@dataclass(frozen=True, slots=True)
class Slice:
    """What a simulated slice is like.

    Parameters
    ----------
    votes, outside
        How many votes it has, and how many others its parent has.
    strengths, slopes
        By how much they depart: standard deviations in nats. Without slopes there is no style.
    """

    votes: int
    strengths: float
    slopes: float | None = None
    outside: int = OUTSIDE


@dataclass(frozen=True, slots=True)
class Drawn:
    """Simulated votes, with the style of their answers."""

    votes: Votes
    features: Floats

    def with_others(self, other: "Drawn") -> "Drawn":
        """Put two sets together."""
        both = (self.votes, other.votes)
        names = ("first", "second", "outcome")
        columns = (np.concatenate([getattr(one, name) for one in both]) for name in names)
        votes = Votes.from_arrays(*columns, models=MODELS)
        return Drawn(votes, np.concatenate([self.features, other.features]))


SLICES = {
    "30 votes, departs by 0.2 nats": Slice(30, 0.2),
    "300 votes, by 0.2": Slice(300, 0.2),
    "300 votes, not at all": Slice(300, 0.0),
    "3,000 votes, by 0.2": Slice(3_000, 0.2),
    "3,000 votes, by 0.2, half of its parent": Slice(3_000, 0.2, outside=3_000),
    "style: 30 votes, strengths and slopes by 0.2": Slice(30, 0.2, 0.2),
    "style: 300 votes, both by 0.2": Slice(300, 0.2, 0.2),
    "style: 300 votes, strengths by 0.2, slopes not at all": Slice(300, 0.2, 0.0),
    "style: 300 votes, strengths by 0.1, slopes by 0.4": Slice(300, 0.1, 0.4),
    "style: 300 votes, neither": Slice(300, 0.0, 0.0),
    "style: 3,000 votes, both by 0.2": Slice(3_000, 0.2, 0.2),
    "style: 3,000 votes, both by 0.2, half of its parent": Slice(3_000, 0.2, 0.2, 3_000),
}


def report() -> str:
    """Simulate all slices and write the table."""
    lines = [
        "# Coverage of 95 % intervals of pooled ratings",
        "",
        NOTE,
        "",
        "| slice | covered | least | most | pooled, off by | parent's, off by |",
        "|---|---|---|---|---|---|",
        *(_row(name, what) for name, what in SLICES.items()),
    ]
    return "\n".join(lines) + "\n"


def _row(name: str, what: Slice) -> str:
    seeds = np.random.SeedSequence(SEED).spawn(TRIALS)
    trials = [_trial(what, np.random.default_rng(seed)) for seed in seeds]
    hits = np.array([held for held, *_ in trials])
    by_model, by_trial = hits.mean(axis=0), hits.mean(axis=1)
    error = by_trial.std() / np.sqrt(TRIALS)
    points = points_per_nat(400.0)
    off = [
        points * np.sqrt(np.mean(np.array(gaps) ** 2))
        for gaps in list(zip(*trials, strict=True))[1:]
    ]
    cells = (
        f"{by_trial.mean():.1%} ± {error:.1%}",
        f"{by_model.min():.1%}",
        f"{by_model.max():.1%}",
        *(f"{gap:.1f}" for gap in off),
    )
    return f"| {name} | {' | '.join(cells)} |"


def _trial(what: Slice, random: np.random.Generator) -> tuple[Hits, Floats, Floats]:
    """Tell which pooled intervals hold the truth, and how far off pooled and parent's are."""
    truth = STRENGTHS + random.normal(0, what.strengths, MODELS)
    truth -= truth.mean()
    usual = COEFFICIENTS * (what.slopes is not None)
    slopes = usual + random.normal(0, what.slopes or 0.0, usual.size)
    inside = _draw(random, what.votes, truth, slopes)
    parent = inside.with_others(_draw(random, what.outside, STRENGTHS, usual))
    pooled, whole = (_plain if what.slopes is None else _styled)(inside, parent)
    held = holds(pooled.strengths, pooled.covariance[:MODELS, :MODELS], truth)
    return held, pooled.strengths - truth, whole - truth


def _draw(random: np.random.Generator, count: int, strengths: Floats, slopes: Floats) -> Drawn:
    first, second = draw_pairs(random, count)
    features = random.normal(size=(count, slopes.size))
    gap = strengths[first] - strengths[second] + features @ slopes
    outcome = draw_outcomes(random, gap)
    return Drawn(Votes.from_arrays(first, second, outcome, models=MODELS), features)


def _plain(inside: Drawn, parent: Drawn) -> tuple[PooledFit, Floats]:
    fit = fit_bradley_terry(parent.votes.to_counts()[0])
    counts = inside.votes.to_counts()[0]
    return fit_pooled(counts, fit.strengths, fit.covariance), fit.strengths


def _styled(inside: Drawn, parent: Drawn) -> tuple[PooledFit, Floats]:
    fit = fit_contextual(parent.votes, parent.features)
    centre = np.concatenate([fit.strengths, fit.coefficients])
    pooled = fit_pooled_contextual(inside.votes, inside.features, centre, fit.covariance)
    return pooled, fit.strengths


if __name__ == "__main__":
    print(report(), end="")
