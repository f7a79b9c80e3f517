import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "estimators.md"


def test_the_examples_on_the_page_run_one_after_the_other() -> None:
    names: dict[str, Any] = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for block in blocks:
        exec(compile(block, PAGE.name, "exec"), names)  # noqa: S102 - the page is ours
    assert names["win"] + names["loss"] + names["tie"] == pytest.approx(1)
    assert names["covariance"].shape == (3, 3)
