"""The examples of docs/guide/compare_with_other_tools.md run as they stand."""

import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "compare_with_other_tools.md"


def votes_with_style(rows: int) -> pl.DataFrame:
    random = np.random.default_rng(7)
    names = np.array(["ada", "bob", "cyd", "dot"])
    a = random.integers(4, size=rows)
    b = (a + random.integers(1, 4, rows)) % 4
    tokens = random.integers(50, 500, (2, rows))
    length = (tokens[0] - tokens[1]) / tokens.sum(axis=0)
    gap = (b - a) / 2 + 0.25 * length / length.std()
    won = random.random(rows) < 1 / (1 + np.exp(-gap))
    counts = {"tokens": tokens} | {
        name: random.integers(0, 9, (2, rows)) for name in ("headers", "bold", "lists")
    }
    sides = {
        f"{name}_{side}": both[n] for name, both in counts.items() for n, side in enumerate("ab")
    }
    winner = np.where(won, "model_a", "model_b")
    return pl.DataFrame({"model_a": names[a], "model_b": names[b], "winner": winner, **sides})


def test_the_examples_run_and_show_what_the_guide_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    votes_with_style(4000).write_csv(tmp_path / "votes.csv")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    exec("\n".join(blocks), {})  # noqa: S102  # the guide is our own
    *boards, exact, shrunk = (
        line.strip("[]").split() for line in capsys.readouterr().out.splitlines()
    )
    assert [line[0] for line in boards] == ["ada", "bob", "cyd", "dot"]
    for _, *ratings in boards:
        assert np.ptp([float(rating) for rating in ratings]) < 0.1
    assert float(exact[0]) == pytest.approx(0.25, abs=0.06)
    assert float(shrunk[0]) < 0.06
