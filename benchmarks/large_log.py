"""Rank 5 million votes on 300 models from Parquet, beside arena-rank on the same files."""

import tempfile
from pathlib import Path

from contest import OURS, Contender, Result, contest
from peers import python_with
from synthetic import draw_log, log_frame, write_coded, write_strings

from golden import ARENA_RANK

REPEATS = 3
VOTES, MODELS = 5_000_000, 300
NOTE = (
    f"CPU seconds over all threads, median of {REPEATS} runs taken in turn, each in a process of "
    "its own, on synthetic votes in Parquet: three in ten are ties, models are of Zipf popularity. "
    "Tiltyard's figures include ranks and the digest of the votes. The last columns compare with "
    "Tiltyard's exact result: the largest difference of a rating, and the interval of the model "
    "with the widest one."
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
        Contender("Tiltyard, dictionary codes", "tiltyard", OURS, coded),
        Contender("arena-rank 0.1.1, dictionary codes", "arena-rank", peer, coded),
        Contender("Tiltyard, plain strings", "tiltyard", OURS, strings),
        Contender("arena-rank 0.1.1, plain strings", "arena-rank", peer, strings),
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
    names = list(results)
    exact = results[names[0]].answer
    widest = max(exact["errors"], key=exact["errors"].__getitem__)
    for ours, peer in zip(names[::2], names[1::2], strict=True):
        ratio = results[peer].spent("read", "rank") / results[ours].spent("read", "rank")
        for name, times in ((ours, f"{ratio:.0f} times"), (peer, "")):
            result = results[name]
            stages = [*result.seconds.values(), result.spent("read", "rank")]
            ratings, error = result.answer["ratings"], result.answer["errors"][widest]
            gap = max(abs(ratings[model] - value) for model, value in exact["ratings"].items())
            cells = [*(f"{seconds:.2f}" for seconds in stages), times, f"{result.peak:.0f} MB"]
            lines.append(f"| {name} | {' | '.join(cells)} | {gap:.1g} | ± {1.96 * error:.1f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(report(), end="")
