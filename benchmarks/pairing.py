"""How many votes each pairing policy needs, and what a draw costs."""

import random
from collections.abc import Callable, Sequence
from functools import partial
from statistics import mean, median
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np
from ledgers import FilledLedger

from tiltyard.arena.pairing.draw_table import DrawTable
from tiltyard.arena.pairing.measuring import GOALS
from tiltyard.arena.pairing.rules import NeverMeet, PairingRules
from tiltyard.arena.pairing.service import enough
from tiltyard.arena.pairing.simulating import Course, Plan, entrants, simulate
from tiltyard.arena.pairing.standings import Standings
from tiltyard.ratings.pair_counts import PairCounts

POLICIES = (
    PairingRules(policy="uniform"),
    PairingRules(policy="weighted"),
    PairingRules(policy="active"),
)
PLANS = (Plan(models=20, votes=60_000), Plan(models=50, votes=150_000, newcomers=3))
SEEDS = 5
SIZES = (10, 100, 1_000)
DRAWS, REPEATS = 5_000, 5
VOTES_OF_EACH = 300
IN_LEDGER = 200_000


def report() -> str:
    """Measure and write the tables."""
    return "\n".join([*_resolution(), "", *_costs(), "", *_standings()]) + "\n"


def _resolution() -> list[str]:
    lines = [
        "# Pairing",
        "",
        f"## Votes to each goal, mean of {SEEDS} seeds",
        "",
        (
            "What the goals are: `tiltyard simulate pairing --help`. Half of the votes are cast "
            "before the newcomers join; theirs are counted from then."
        ),
        "",
        "| models | policy | " + " | ".join(GOALS) + " |",
        "|---|---|" + "---|" * len(GOALS),
    ]
    for plan in PLANS:
        for rules in POLICIES:
            seeded = [
                Plan(models=plan.models, votes=plan.votes, newcomers=plan.newcomers, seed=seed)
                for seed in range(SEEDS)
            ]
            reached = _means([simulate(rules, one) for one in seeded])
            lines.append(f"| {plan.models} | {rules.policy} | {' | '.join(reached)} |")
    return lines


def _means(courses: Sequence[Course]) -> list[str]:
    columns = [[course.votes_to[goal] for course in courses] for goal in GOALS]
    return [
        f"{mean(n for n in column if n is not None):,.0f}" if None not in column else "not reached"
        for column in columns
    ]


def _costs() -> list[str]:
    lines = [
        "## What a draw costs",
        "",
        (
            f"CPU time in one process, one thread; medians of {REPEATS} runs. The table is made "
            "anew when the standings or the candidates change; the last column shares it out "
            "among the draws between two standings, if every draw becomes a vote."
        ),
        "",
        (
            "| contestants | policy | making the table | its shares and digest | one draw "
            "| with its part of the table |"
        ),
        "|---|---|---|---|---|---|",
    ]
    apart = NeverMeet(same=("organisation",))
    for size in SIZES:
        standings = _voted(size)
        for plain in POLICIES:
            rules = plain.model_copy(update={"never_meet": apart})
            lines.append(_cost(rules, size, standings))
    return lines


def _cost(rules: PairingRules, size: int, standings: Standings) -> str:
    cards, chance = entrants(size), random.SystemRandom()
    make = _median(lambda: DrawTable(rules, cards, standings))
    tables = [DrawTable(rules, cards, standings) for _ in range(REPEATS)]
    declare = median(_seconds(partial(getattr, fresh, "digest")) for fresh in tables)
    draw = _median(lambda: [tables[0].draw(chance) for _ in range(DRAWS)]) / DRAWS
    whole = draw + (make + declare) / enough(standings.total, size)
    return (
        f"| {size:,} | {rules.policy} | {1e3 * make:.2f} ms | {1e3 * declare:.2f} ms "
        f"| {1e6 * draw:.1f} µs | {1e3 * whole:.3f} ms |"
    )


def _standings() -> list[str]:
    lines = [
        "## Standings from the ledger",
        "",
        (
            f"{IN_LEDGER:,} votes on 100 contestants in SQLite; in a thread, beside the battles. "
            "CPU seconds of the whole process."
        ),
        "",
        "| step | |",
        "|---|---|",
    ]
    with TemporaryDirectory() as directory:
        ledger = FilledLedger(directory, votes=IN_LEDGER, contestants=100, seed=1)
        count = _median(ledger.count)
        by_pair = _median(ledger.by_pair)
        rows = ledger.by_pair()
        rate = _median(lambda: Standings.of(rows))
    for step, seconds in (
        ("is there anything new?", count),
        ("count by pair", by_pair),
        ("rate", rate),
    ):
        lines.append(f"| {step} | {seconds:.3f} s |")
    return lines


def _voted(size: int) -> Standings:
    chance = np.random.default_rng(1)
    votes = size * VOTES_OF_EACH // 2
    first = chance.integers(0, size, votes)
    second = (first + chance.integers(1, size, votes)) % size
    counts = PairCounts.from_votes(first, second, chance.integers(0, 4, votes), models=size)
    return Standings.counted({card.id: at for at, card in enumerate(entrants(size))}, counts)


def _median(work: Callable[[], object]) -> float:
    return median(_seconds(work) for _ in range(REPEATS))


def _seconds(work: Callable[[], object]) -> float:
    began = process_time()
    work()
    return process_time() - began


if __name__ == "__main__":
    print(report(), end="")
