"""Rank 5 million votes on 300 models from Parquet, beside arena-rank on the same files."""

import tempfile
from pathlib import Path

from contest import OURS, Contender, Result, contest
from peers import python_with
from synthetic import draw_log, log_frame, write_coded, write_strings

from golden import ARENA_RANK

REPEATS = 3
VOTES, MODELS = 5_000_000, 300
OF_CODES = "Tiltyard, dictionary codes"
NOTE = (
    f"CPU seconds over all threads, median of {REPEATS} runs taken in turn, each in a process of "
    "its own, on synthetic votes in Parquet: between equals three in ten are ties, and models are "
    "of Zipf popularity. Tiltyard's figures include ranks and the digest of the votes. The last "
    "columns compare with Tiltyard's exact result: the largest difference of a rating, and the "
    "interval of the model with the widest one."
)
HEAD = (
    "| what | import | read | rank | read + rank | arena-rank takes | peak memory | "
    "difference in Elo | widest interval |"
)


def report() -> str:
    """Measure and write the table."""
    with tempfile.TemporaryDirectory() as directory:
        return _table(contest(_contenders(Path(directory)), repeats=REPEATS))


def _contenders(directory: Path) -> list[Contender]:
    frame = log_frame(draw_log(VOTES, MODELS, seed=1))
    coded = write_coded(frame, directory / "coded.parquet")
    strings = write_strings(frame, directory / "strings.parquet")
    peer = python_with("arena-rank", ARENA_RANK)
    return [
        Contender("arena-rank 0.1.1, dictionary codes", "arena-rank", peer, coded),
        Contender(OF_CODES, "tiltyard", OURS, coded),
        Contender("Tiltyard, dictionary codes in batches", "tiltyard-batches", OURS, coded),
        Contender("arena-rank 0.1.1, plain strings", "arena-rank", peer, strings),
        Contender("Tiltyard, plain strings", "tiltyard", OURS, strings),
        Contender("Tiltyard, plain strings in batches", "tiltyard-batches", OURS, strings),
    ]


def _table(results: dict[str, Result]) -> str:
    lines = [
        f"# Ranking {VOTES:,} votes on {MODELS} models, with intervals",
        "",
        NOTE,
        "",
        HEAD,
        "|---|---|---|---|---|---|---|---|---|",
    ]
    exact = results[OF_CODES].answer
    widest = max(exact["errors"], key=exact["errors"].__getitem__)
    peer = 0.0
    for name, result in results.items():
        spent = result.spent("read", "rank")
        peer = spent if name.startswith("arena-rank") else peer
        ratings, error = result.answer["ratings"], result.answer["errors"][widest]
        gap = max(abs(ratings[model] - value) for model, value in exact["ratings"].items())
        times = "" if peer == spent else f"{peer / spent:.0f} times"
        cells = [f"{seconds:.2f}" for seconds in (*result.seconds.values(), spent)]
        cells += [times, f"{result.peak:.0f} MB", f"{gap:.1g}", f"± {1.96 * error:.1f}"]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(report(), end="")
