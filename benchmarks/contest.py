"""Run contenders in turn, each in a process of its own, and take medians."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
OURS = Path(sys.executable)


@dataclass(frozen=True, slots=True)
class Contender:
    """Something to time: a way of `contenders.py`, on a file, in the environment of a Python."""

    name: str
    way: str
    python: Path
    votes: Path


@dataclass(frozen=True, slots=True)
class Result:
    """What a contender took: medians over its runs.

    Parameters
    ----------
    seconds
        CPU seconds over all threads, by stage.
    peak
        Peak resident memory in MB.
    answer
        What it found in its first run.
    """

    seconds: dict[str, float]
    peak: float
    answer: dict[str, Any]

    def spent(self, *stages: str) -> float:
        """CPU seconds of some stages together."""
        return sum(self.seconds[stage] for stage in stages)


def contest(contenders: Sequence[Contender], *, repeats: int) -> dict[str, Result]:
    """Run all of them once, then all again, so that a slow minute of the machine hits all alike."""
    runs: dict[str, list[dict[str, Any]]] = {each.name: [] for each in contenders}
    for _ in range(repeats):
        for contender in contenders:
            runs[contender.name].append(_run(contender))
    return {name: _summary(results) for name, results in runs.items()}


def _run(contender: Contender) -> dict[str, Any]:
    script = HERE / "contenders.py"
    command = [str(part) for part in (contender.python, script, contender.way, contender.votes)]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _summary(results: list[dict[str, Any]]) -> Result:
    stages = results[0]["seconds"]
    seconds = {stage: median(result["seconds"][stage] for result in results) for stage in stages}
    return Result(seconds, median(result["peak"] for result in results), results[0]["answer"])
