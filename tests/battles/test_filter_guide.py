"""The guide's examples run, and its table has every step."""

import json
import re
from pathlib import Path

import pytest

from tiltyard.battles.codecs import CODECS
from tiltyard.battles.filters import FILTERS

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "guide" / "filter_votes.md").read_text(encoding="utf-8")
REFERENCE = (DOCS / "reference" / "battles_table.md").read_text(encoding="utf-8")


def vote(number: int, answer: str, *, blind: bool) -> dict[str, object]:
    said = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": answer}]
    return {
        "question_id": str(number),
        "model_a": "x",
        "model_b": "y",
        "winner": "model_a",
        "judge": "v",
        "tstamp": 1700000000.0 + number,
        "anony": blind,
        "conversation_a": said,
        "conversation_b": said,
    }


def test_the_examples_of_the_guide_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    votes = [
        vote(1, "Hello", blind=True),
        vote(1, "Hello", blind=True),
        vote(2, "Hello", blind=False),
        vote(3, "$MODERATION$ YOUR INPUT VIOLATES OUR CONTENT MODERATION GUIDELINES.", blind=True),
    ]
    lines = "".join(json.dumps(one) + "\n" for one in votes)
    (tmp_path / "votes.jsonl").write_text(lines)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for code in re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL):
        exec(code, names)  # noqa: S102  # the guide is the project's own
    printed = capsys.readouterr().out
    assert "anonymous: 1 dropped, 3 kept." in printed
    assert "no_errors: 1 dropped, 2 kept." in printed
    assert "duplicated_ids (1 rows)" in printed


@pytest.mark.parametrize("name", FILTERS)
def test_every_step_is_in_the_guide(name: str) -> None:
    assert f"| `{name}" in GUIDE


@pytest.mark.parametrize("name", CODECS)
def test_every_schema_is_in_the_reference(name: str) -> None:
    assert f"`{name}`" in REFERENCE
