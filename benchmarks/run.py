"""Run every benchmark and write its table to `benchmarks/results/`; make the golden files anew.

Run it with `make bench`, or with the names of some benchmarks. Each is a script beside this one
that prints Markdown; ratios are between runs taken in turn on the same machine.
"""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

BENCHMARKS = (
    "ranking",
    "large_log",
    "style_control",
    "boards_again",
    "category_boards",
    "many_models",
    "live_table",
    "labelling",
    "streams",
    "votes",
    "import_export",
    "coverage",
    "coverage_pooled",
    "coverage_tastes",
    "coverage_kappa",
    "pairing",
    "http_clients",
    "kept_boards",
    "topics",
)
PACKAGES = ("tiltyard", "numpy", "scipy", "polars")
HERE = Path(__file__).parent


def main() -> None:
    """Run the benchmarks named on the command line, or all and the golden files."""
    (HERE / "results").mkdir(exist_ok=True)
    for name in sys.argv[1:] or BENCHMARKS:
        text = f"{_output_of(name)}\n{machine_notes(name)}"
        (HERE / "results" / f"{name}.md").write_text(text, encoding="utf-8")
        print(text)
    if not sys.argv[1:]:
        _output_of("golden")


def _output_of(name: str) -> str:
    script = [sys.executable, str(HERE / f"{name}.py")]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run(
        script, stdout=subprocess.PIPE, text=True, check=True, env=environment
    ).stdout


def machine_notes(name: str) -> str:
    """Describe the machine, the versions and how to repeat the measurement."""
    packages = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores of {processor()}, "
        f"{platform.system()}, Python {platform.python_version()}, {packages}; "
        f"load average {os.getloadavg()[1]:.1f}. "
        f"Repeat with `python benchmarks/run.py {name}`; `make bench` runs all.\n"
    )


def processor() -> str:
    """Name the processor, as well as the system tells it."""
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text().splitlines() if listing.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


if __name__ == "__main__":
    main()
