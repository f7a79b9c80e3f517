"""Rank the 1,670,250 real votes of Chatbot Arena, as pair counts and as one row per vote."""

import json
import os
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

from tiltyard import read_battles

REPEATS = 5
HERE = Path(__file__).parent
PEERS = HERE.parent / ".tools" / "bench-peers"
EVALICA = ("evalica==0.4.2", "pyarrow")


@dataclass(frozen=True, slots=True)
class Contender:
    """A library to time on a file, in the environment of a Python."""

    name: str
    library: str
    python: Path
    votes: Path


def report() -> str:
    """Measure all contenders in turn and write the table."""
    with tempfile.TemporaryDirectory() as directory:
        contenders = _contenders(Path(directory))
        runs: dict[str, list[dict[str, Any]]] = {each.name: [] for each in contenders}
        for _ in range(REPEATS):
            for contender in contenders:
                runs[contender.name].append(_run(contender))
    return _table(runs)


def real_votes() -> Path:
    """Find the pair counts that the leaderbot package ships."""
    package = find_spec("leaderbot")
    if package is None or package.origin is None:
        raise SystemExit("The leaderbot package is missing: run make setup.")
    return Path(package.origin).parent / "data" / "chatbotarena_20240814.json"


def _contenders(directory: Path) -> list[Contender]:
    counts, here = real_votes(), Path(sys.executable)
    strings, coded = directory / "strings.parquet", directory / "coded.parquet"
    votes = _one_row_per_vote(counts)
    votes.write_parquet(strings)
    votes.with_columns(pl.all().cast(pl.Categorical)).write_parquet(coded)
    return [
        Contender("Tiltyard, pair counts in JSON", "tiltyard", here, counts),
        Contender("Tiltyard, Parquet with dictionary codes", "tiltyard", here, coded),
        Contender("Tiltyard, Parquet with strings", "tiltyard", here, strings),
        Contender("evalica 0.4.2, the same Parquet, no intervals", "evalica", _evalica(), strings),
    ]


def _one_row_per_vote(counts: Path) -> pl.DataFrame:
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


def _evalica() -> Path:
    """Make the peer's own environment, once."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        venv.create(PEERS, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *EVALICA], check=True)
    return python


def _run(contender: Contender) -> dict[str, Any]:
    script = HERE / "contenders.py"
    command = [str(part) for part in (contender.python, script, contender.library, contender.votes)]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _table(runs: dict[str, list[dict[str, Any]]]) -> str:
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
    exact = next(iter(runs.values()))[0]["ratings"]
    for name, results in runs.items():
        stages = {
            stage: median(result["seconds"][stage] for result in results)
            for stage in ("import", "read", "rank")
        }
        both = median(result["seconds"]["read"] + result["seconds"]["rank"] for result in results)
        peak = median(result["peak"] for result in results)
        gap = max(abs(results[0]["ratings"][model] - exact[model]) for model in exact)
        cells = [f"{seconds:.3f}" for seconds in (*stages.values(), both)]
        lines.append(f"| {name} | {' | '.join(cells)} | {peak:.0f} MB | {gap:.1g} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(report(), end="")
