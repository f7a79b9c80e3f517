"""Control 1 million votes on 100 models for four style features, beside arena-rank."""

import tempfile
from pathlib import Path

import polars as pl
from contest import OURS, Contender, Result, contest
from peers import python_with
from synthetic import STYLE, draw_log, length_edge, log_frame, style_counts, write_coded

from golden import ARENA_RANK

REPEATS = 3
VOTES, MODELS = 1_000_000, 100
NOTE = (
    f"CPU seconds over all threads, median of {REPEATS} runs taken in turn, each in a process of "
    "its own, from the same Parquet file. `fit` is fit and intervals. The votes were drawn with a "
    "length coefficient of 0.25 per standard deviation."
)
HEAD = (
    "| what | import | read | prepare | fit | all but import | peak memory | length coefficient |"
)


def report() -> str:
    """Measure and write the table."""
    with tempfile.TemporaryDirectory() as directory:
        log = write_coded(styled_frame(), Path(directory) / "styled.parquet")
        peer = python_with("arena-rank", ARENA_RANK)
        contenders = [
            Contender("Tiltyard", "tiltyard-style", OURS, log),
            Contender("arena-rank 0.1.1", "arena-rank-style", peer, log),
        ]
        return _table(contest(contenders, repeats=REPEATS))


def styled_frame() -> pl.DataFrame:
    """Draw votes in which the longer answer gains a quarter of a nat per standard deviation."""
    a, b = style_counts(VOTES, seed=2)
    frame = log_frame(draw_log(VOTES, MODELS, seed=1, edge=length_edge(a, b)))
    columns = [
        pl.Series(f"{name}_{side}_count", counts[:, place])
        for side, counts in (("a", a), ("b", b))
        for place, name in enumerate(STYLE)
    ]
    return frame.with_columns(columns)


def _table(results: dict[str, Result]) -> str:
    ours, peer = results.values()
    fit = peer.spent("fit") / ours.spent("fit")
    whole = peer.spent("read", "prepare", "fit") / ours.spent("read", "prepare", "fit")
    lines = [
        f"# Style control of {VOTES:,} votes on {MODELS} models, 4 features, with intervals",
        "",
        NOTE,
        "",
        HEAD,
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, result in results.items():
        stages = [*result.seconds.values(), result.spent("read", "prepare", "fit")]
        cells = [*(f"{seconds:.2f}" for seconds in stages), f"{result.peak:.0f} MB"]
        coefficient = result.answer["coefficients"][0]
        lines.append(f"| {name} | {' | '.join(cells)} | {coefficient:.3f} |")
    lines += [
        "",
        f"arena-rank takes {fit:.0f} times as long for the fit, {whole:.0f} times in all.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(report(), end="")
