"""Rate 10,000 models from a million votes, each model having met a few of the others."""

import tempfile
from pathlib import Path

from contest import OURS, Contender, Result, contest
from synthetic import draw_log, log_frame, write_coded

REPEATS = 3
VOTES, MODELS = 1_000_000, 10_000
NOTE = (
    f"CPU seconds over all threads, median of {REPEATS} runs, each in a process of its own, from a "
    "Parquet file with dictionary codes; models are of Zipf popularity. `intervals` is a second "
    "fit, from the first one's solution, with the covariance of the hundred busiest models."
)


def report() -> str:
    """Measure and write the table."""
    with tempfile.TemporaryDirectory() as directory:
        frame = log_frame(draw_log(VOTES, MODELS, seed=1))
        log = write_coded(frame, Path(directory) / "sparse.parquet")
        ours = Contender("Tiltyard", "tiltyard-sparse", OURS, log)
        return _table(contest([ours], repeats=REPEATS)["Tiltyard"])


def _table(result: Result) -> str:
    stages = " | ".join(f"{seconds:.2f}" for seconds in result.seconds.values())
    found = result.answer
    widest = f"± {found['widest']:.1f}"
    lines = [
        f"# Rating {found['models']:,} models from {VOTES:,} votes",
        "",
        NOTE,
        "",
        "| import | read | fit | 100 intervals | peak memory |",
        "|---|---|---|---|---|",
        f"| {stages} | {result.peak:.0f} MB |",
        "",
        "| rated: linked by wins both ways | pairs that met | gradient | widest interval |",
        "|---|---|---|---|",
        f"| {found['rated']:,} | {found['pairs']:,} | {found['gradient']:.0e} | {widest} |",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(report(), end="")
