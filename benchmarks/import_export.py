"""Bring votes into a SQLite ledger and out again: time, processor and memory."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from synthetic import draw_log, log_frame

VOTES = 1_000_000
MODELS = 100
PART = 50_000
"""This many votes are made at a time."""

ABOUT = (
    "Synthetic votes in one Parquet file, imported by `tiltyard import` and exported by "
    "`tiltyard export`, each as a process of its own on the machine's disk. Conversations have one "
    "turn: a question of 20 words and two answers of 200. CPU seconds are the command's own, over "
    "both cores; seconds also pass while other programs run."
)
EVERYTHING = '[[slice]]\nid = "all"\nname = "All"\nwhere = "source IS NOT NULL"\n'
TILTYARD = Path(sys.executable).with_name("tiltyard")


@dataclass(frozen=True, slots=True)
class Run:
    """What a command took."""

    seconds: float
    cpu: float
    peak_mb: float


def report() -> str:
    """Import a million votes without and with conversations, and export those with."""
    lines = [
        f"# A million votes into a SQLite ledger and out again ({VOTES:,} on {MODELS} models)",
        "",
        ABOUT,
        "",
        "| what | seconds | CPU seconds | peak memory | budget |",
        "|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory(prefix="tiltyard-benchmark-") as directory:
        place = Path(directory)
        (place / "slices.toml").write_text(EVERYTHING)
        for words in (False, True):
            lines += _with(place / f"{'with' if words else 'without'}", words=words)
    return "\n".join(lines) + "\n"


def _with(place: Path, *, words: bool) -> list[str]:
    place.mkdir()
    file = place / "votes.parquet"
    # In a process of its own: what starts a command counts into that command's peak of memory.
    script = [sys.executable, __file__, "write", str(file), "words" if words else "bare"]
    subprocess.run(script, check=True)
    kind = "with conversations" if words else "without words"
    data = ("--data", place)
    rows = [
        _row(f"import {kind}", _run("import", file, *data), "120 s"),
        _row(f"import {kind} again: nothing is new", _run("import", file, *data), ""),
    ]
    if words:
        file.unlink()
        slices = ("--slices", place.parent / "slices.toml", "--slice", "all")
        for schema in ("arena-140k", "tiltyard"):
            out = place / schema
            run = _run("export", "--schema", schema, *slices, "--out", out, *data)
            rows.append(_row(f"export {kind} as {schema}", run, "120 s, 1 GB"))
    for path in sorted(place.rglob("*"), reverse=True):
        if path.is_file():
            path.unlink()
    return rows


def _row(what: str, run: Run, budget: str) -> str:
    return f"| {what} | {run.seconds:.0f} | {run.cpu:.0f} | {run.peak_mb:.0f} MB | {budget} |"


def _run(*arguments: str | Path) -> Run:
    began = time.monotonic()
    process = subprocess.Popen([TILTYARD, *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"tiltyard {arguments[0]} ended with {process.returncode}.")
    cpu = used.ru_utime + used.ru_stime
    return Run(time.monotonic() - began, cpu, used.ru_maxrss / 1024)


def _write(file: Path, *, words: bool) -> None:
    """Write the votes, with conversations made of a pool of texts."""
    log = draw_log(VOTES, MODELS, seed=1)
    numbers = pl.int_range(VOTES, eager=True)
    frame = log_frame(log).with_columns(
        pl.format("question-{}", numbers).alias("question_id"),
        pl.format("voter-{}", numbers % 90_000).alias("judge"),
        (1.7e9 + 30.0 * numbers).alias("tstamp"),
    )
    if not words:
        frame.write_parquet(file)
        return
    random = np.random.default_rng(2)
    asked, answers = (_pool(random, words=count) for count in (20, 200))
    parts = file.parent / "parts"
    parts.mkdir()
    for start in range(0, VOTES, PART):
        part = frame[start : start + PART]
        question = _drawn(random, asked, part.height)
        said = [
            pl.concat_list(_message("user", question), _message("assistant", answer)).alias(name)
            for name in ("conversation_a", "conversation_b")
            for answer in [_drawn(random, answers, part.height)]
        ]
        part.with_columns(said).write_parquet(parts / f"{start:09}.parquet")
    pl.scan_parquet(parts / "*.parquet").sink_parquet(file)
    for part_file in parts.iterdir():
        part_file.unlink()


def _pool(random: np.random.Generator, *, words: int) -> pl.Series:
    vocabulary = np.array([f"word{number}" for number in range(5_000)])
    return pl.Series([" ".join(random.choice(vocabulary, words)) for _ in range(20_000)])


def _drawn(random: np.random.Generator, pool: pl.Series, count: int) -> pl.Series:
    return pool[random.integers(0, pool.len(), count)]


def _message(role: str, texts: pl.Series) -> pl.Expr:
    return pl.struct(pl.lit(role).alias("role"), pl.lit(texts).alias("content"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        _write(Path(sys.argv[2]), words=sys.argv[3] == "words")
    else:
        print(report(), end="")
