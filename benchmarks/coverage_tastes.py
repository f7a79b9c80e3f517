"""How often 95 % intervals of own boards hold the truth, and of simpler ones that were tried."""

from dataclasses import dataclass

import numpy as np
from coverage_trials import SEED, STRENGTHS, Hits, draw_outcomes, draw_pairs, holds

from tiltyard.ratings.bradley_terry import fit_bradley_terry
from tiltyard.ratings.pair_counts import Floats
from tiltyard.ratings.tastes import fit_departure
from tiltyard.ratings.votes import Votes

TRIALS = 1000
MODELS = len(STRENGTHS)
EACH = 20
NOTE = (
    f"{TRIALS:,} simulated people each, seeded, on {MODELS} models of uneven popularity. "
    f"Everybody's board holds {EACH} votes of each of the others, and the person's own. Tastes "
    "depart from everybody's by normal draws, and how far they do is known. The truth is the "
    "strengths that the person's votes were drawn from, and how far they lie from the others' "
    "mean. `all of V` adds everybody's covariance to that of the departure, as though they were "
    "independent; `none` takes everybody's strengths for known."
)
HEADINGS = (
    "people",
    "own ratings",
    "the same with all of V",
    "departures",
    "the same with none of V",
)


@dataclass(frozen=True, slots=True)
class Arena:
    """Who votes.

    Parameters
    ----------
    others
        How many other people.
    own
        How many votes the person cast.
    spread, theirs
        How far the person's and the others' tastes lie from everybody's, in nats.
    """

    others: int
    own: int
    spread: float
    theirs: float


ARENAS = {
    "40 own votes, 500 others, tastes 0.35 nats apart": Arena(500, 40, 0.35, 0.35),
    "40 own votes, 20 others": Arena(20, 40, 0.35, 0.35),
    "400 own votes, 20 others": Arena(20, 400, 0.35, 0.35),
    "400 own votes, 20 others of one taste": Arena(20, 400, 0.35, 0.0),
    "400 own votes, 20 others of one taste, the person 0.7 nats apart": Arena(20, 400, 0.7, 0.0),
    "20 own votes, 20 others, tastes 0.1 nats apart": Arena(20, 20, 0.1, 0.1),
}


def report() -> str:
    """Simulate all arenas and write the table."""
    lines = [
        "# Coverage of 95 % intervals of own boards",
        "",
        NOTE,
        "",
        f"| {' | '.join(HEADINGS)} |",
        "|" + "---|" * len(HEADINGS),
        *(_row(name, what) for name, what in ARENAS.items()),
    ]
    return "\n".join(lines) + "\n"


def _row(name: str, what: Arena) -> str:
    seeds = np.random.SeedSequence(SEED).spawn(TRIALS)
    hits = np.array([_trial(what, np.random.default_rng(seed)) for seed in seeds])
    by_trial = hits.mean(axis=2)
    errors = by_trial.std(axis=0) / np.sqrt(TRIALS)
    cells = (
        f"{share:.1%} ± {error:.1%}"
        for share, error in zip(by_trial.mean(axis=0), errors, strict=True)
    )
    return f"| {name} | {' | '.join(cells)} |"


def _trial(what: Arena, random: np.random.Generator) -> list[Hits]:
    """Tell which intervals hold the truth, in the order of the columns."""
    delta = random.normal(0, what.spread, MODELS)
    delta -= delta.mean()
    tastes = STRENGTHS + random.normal(0, what.theirs, (what.others, MODELS))
    own = _draw(random, np.tile(STRENGTHS + delta, (what.own, 1)))
    counts = _draw(random, np.repeat(tastes, EACH, axis=0)).to_counts()[0] + own.to_counts()[0]
    everybody = fit_bradley_terry(counts)
    centre, known = everybody.strengths, everybody.covariance
    found = fit_departure(own, centre, what.spread, known)
    alone = fit_departure(own, centre, what.spread).covariance
    ratings, truth = centre + found.departures, STRENGTHS + delta
    return [
        holds(ratings, found.own_covariance, truth),
        holds(ratings, alone + known, truth),
        holds(found.departures, found.covariance, delta),
        holds(found.departures, alone, delta),
    ]


def _draw(random: np.random.Generator, strengths: Floats) -> Votes:
    """Draw a vote by each row of strengths."""
    first, second = draw_pairs(random, len(strengths))
    row = np.arange(len(strengths))
    outcome = draw_outcomes(random, strengths[row, first] - strengths[row, second])
    return Votes.from_arrays(first, second, outcome, models=MODELS)


if __name__ == "__main__":
    print(report(), end="")
