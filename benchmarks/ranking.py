"""Rank the 1,670,250 real votes of Chatbot Arena, as pair counts and as one row per vote."""

import tempfile
from importlib.util import find_spec
from pathlib import Path

import polars as pl
from contest import OURS, Contender, Result, contest
from peers import python_with
from synthetic import write_coded, write_strings

from golden import ARENA_RANK
from tiltyard import read_battles

REPEATS = 3
EVALICA = ("evalica==0.4.2", "pyarrow")


def report() -> str:
    """Measure all contenders in turn and write the table."""
    with tempfile.TemporaryDirectory() as directory:
        return _table(contest(_contenders(Path(directory)), repeats=REPEATS))


def real_votes() -> Path:
    """Find the pair counts that the leaderbot package ships."""
    package = find_spec("leaderbot")
    if package is None or package.origin is None:
        raise SystemExit("The leaderbot package is missing: run make setup.")
    return Path(package.origin).parent / "data" / "chatbotarena_20240814.json"


def _contenders(directory: Path) -> list[Contender]:
    counts, votes = real_votes(), one_row_per_vote(real_votes())
    coded = write_coded(votes, directory / "coded.parquet")
    strings = write_strings(votes, directory / "strings.parquet")
    evalica = python_with("bench-peers", *EVALICA)
    arena_rank = python_with("arena-rank", ARENA_RANK)
    return [
        Contender("Tiltyard, pair counts in JSON", "tiltyard", OURS, counts),
        Contender("Tiltyard, Parquet with dictionary codes", "tiltyard", OURS, coded),
        Contender("Tiltyard, Parquet with strings", "tiltyard", OURS, strings),
        Contender("arena-rank 0.1.1, the same Parquet", "arena-rank", arena_rank, strings),
        Contender("evalica 0.4.2, the same Parquet, no intervals", "evalica", evalica, strings),
    ]


def one_row_per_vote(counts: Path) -> pl.DataFrame:
    """Expand the counts and shuffle them, as a log would have the votes."""
    label = {"a": "model_a", "b": "model_b", "tie": "tie", "both_bad": "both_bad"}
    table = read_battles(counts).frame
    return (
        table.select(
            pl.col("model_a", "model_b").cast(pl.String),
            pl.col("outcome").cast(pl.String).replace(label).alias("winner"),
            pl.int_ranges(pl.col("count")).alias("vote"),
        )
        .explode("vote")
        .drop("vote")
        .sample(fraction=1, shuffle=True, seed=1)
    )


def _table(results: dict[str, Result]) -> str:
    note = (
        f"CPU seconds over all threads, median of {REPEATS} runs taken in turn, each in a process "
        "of its own. Tiltyard's figures include standard errors, intervals, ranks and the digest "
        "of the votes."
    )
    lines = [
        "# Ranking 1,670,250 real votes on 129 models",
        "",
        note,
        "",
        "| what | import | read | rank | read + rank | peak memory | largest gap in Elo |",
        "|---|---|---|---|---|---|---|",
    ]
    exact = next(iter(results.values())).answer["ratings"]
    for name, result in results.items():
        stages = [*result.seconds.values(), result.spent("read", "rank")]
        cells = [f"{seconds:.3f}" for seconds in stages]
        gap = max(abs(result.answer["ratings"][model] - exact[model]) for model in exact)
        lines.append(f"| {name} | {' | '.join(cells)} | {result.peak:.0f} MB | {gap:.1g} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(report(), end="")
