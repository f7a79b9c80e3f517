"""Make the golden files that hold what FastChat and arena-rank say of our synthetic votes.

`python benchmarks/golden.py` runs arena-rank from PyPI. FastChat's release on PyPI is older than
its ratings, so its file `fastchat/serve/monitor/rating_systems.py` must be at hand, from a checkout
of its repository at the commit below: `python benchmarks/golden.py RATING_SYSTEMS`.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from peers import python_with
from scipy.special import expit

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "tests" / "golden"
ARENA_RANK = "arena-rank==0.1.1"
FASTCHAT = "lm-sys/FastChat at 0e6d3e4beaab66f4d3f93db72541a4abab8af28d"
FASTCHAT_SHA256 = "cf73707b39e5b97cf890f117f9afef088fa781f6891391e14631dc4ed4a920cf"
MODELS, VOTES = 12, 2_000


def main() -> None:
    """Write the votes, and what each tool at hand says of them."""
    GOLDEN.mkdir(exist_ok=True)
    votes = GOLDEN / "votes.json"
    _write(votes, synthetic_votes())
    python = python_with("arena-rank", ARENA_RANK)
    _write(GOLDEN / "arena_rank.json", _said_by(python, ARENA_RANK, "arena-rank", votes))
    if len(sys.argv) > 1:
        source = Path(sys.argv[1])
        if hashlib.sha256(source.read_bytes()).hexdigest() != FASTCHAT_SHA256:
            raise SystemExit(f"{source} is not rating_systems.py of {FASTCHAT}.")
        _write(GOLDEN / "fastchat.json", _said_by(python, FASTCHAT, "fastchat", votes, source))


def synthetic_votes() -> dict[str, Any]:
    """Draw votes: uneven use of models, a fifth of ties, and a taste for the longer answer."""
    random = np.random.default_rng(20_261_123)
    strengths = np.linspace(1.0, -1.0, MODELS)
    share = 1 / np.arange(1, MODELS + 1)
    a = random.choice(MODELS, VOTES, p=share / share.sum())
    b = (a + random.integers(1, MODELS, VOTES)) % MODELS
    tokens = np.exp(random.normal(5.5, 0.6, (2, VOTES))).astype(int)
    others = random.poisson(tokens / np.array([150, 60, 40])[:, None, None])
    counts = np.concatenate([tokens[None], others])
    length = (tokens[0] - tokens[1]) / (tokens[0] + tokens[1])
    won = random.random(VOTES) < expit(strengths[a] - strengths[b] + length)
    kind = random.random(VOTES)
    outcome = np.where(kind < 0.15, 2, np.where(kind < 0.2, 3, 1 - won))
    return {
        "models": MODELS,
        "model_a": a.tolist(),
        "model_b": b.tolist(),
        "outcome": outcome.tolist(),
        "counts_a": counts[:, 0].tolist(),
        "counts_b": counts[:, 1].tolist(),
    }


def _said_by(python: Path, name: str, tool: str, *files: Path) -> dict[str, Any]:
    command = [str(python), str(HERE / "peer_ratings.py"), tool, *map(str, files)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    listing = [str(python), "-m", "pip", "list", "--format=json"]
    packages = json.loads(subprocess.run(listing, capture_output=True, check=True).stdout)
    present = {package["name"]: package["version"] for package in packages}
    used = ("numpy", "scipy", "pandas", "jax", "optax")
    return {
        "tool": name,
        "with": {package: present[package] for package in used},
        "boards": json.loads(done.stdout),
    }


def _write(file: Path, document: dict[str, Any]) -> None:
    lines = (f"{json.dumps(key)}: {json.dumps(value)}" for key, value in document.items())
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
