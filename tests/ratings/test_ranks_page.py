import re
from pathlib import Path
from typing import Any

import numpy as np

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "ranks_and_intervals.md"


def test_the_examples_about_ranks_run_one_after_the_other() -> None:
    names: dict[str, Any] = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for block in blocks:
        exec(compile(block, PAGE.name, "exec"), names)  # noqa: S102 - the page is ours
    assert (names["lower"] < names["upper"]).all()
    assert names["by_voter"].shape == (200, 4)
    assert np.argmax(names["best"]) == 0
    assert set(np.concatenate(names["groups"])) == {0, 1, 2, 3}
    assert names["thin"] == ()
    assert names["cycles"].triangles.size == 0
    assert names["comparison"].votes == 3000
