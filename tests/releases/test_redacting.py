"""Names of people are removed from what is released, by a real pipeline of spaCy, and counted."""

from pathlib import Path

import pytest

from exported import ASKING, battle, prepared, read_parts, record
from named_people import train_pipeline
from opened import open_ledger
from tiltyard.labels.names import PIPELINE
from tiltyard.releases.facts import NAMES, NO_NAMES
from tiltyard.releases.redacting import redact

pytestmark = pytest.mark.anyio

TOLD = "Write a letter to Peter Novak about the rent."


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_pipeline(tmp_path_factory.mktemp("pipelines") / "tiny")


async def test_names_are_replaced_and_the_report_says_by_what(
    tmp_path: Path, pipeline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PIPELINE, str(pipeline))
    said = "Dear Peter Novak, thank you. Write to peter@novak.org."
    told = [battle(1, asked=(TOLD,), said=((said, "No."),), definition=ASKING)]
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        await record(ledger, told, definition=ASKING)
        manifest = await prepared(ledger, tmp_path / "out")
    (row,) = read_parts(tmp_path / "out" / "data", "votes").to_dicts()
    assert [one["content"] for one in row["conversation_a"]] == [
        "Write a letter to [NAME] about the rent.",
        "Dear [NAME], thank you. Write to [EMAIL].",
    ]
    assert "Novak" not in str(row)
    assert manifest.personal_data == {"email": 1, "name": 3}
    assert NAMES.format("en_tiny 0.0.0") in manifest.rules
    assert NAMES.format("en_tiny 0.0.0") in (tmp_path / "out" / "README.md").read_text()


async def test_without_a_pipeline_the_report_says_that_names_were_not_looked_for(
    tmp_path: Path,
) -> None:
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        await record(ledger, [battle(1, asked=(TOLD,), definition=ASKING)], definition=ASKING)
        manifest = await prepared(ledger, tmp_path / "out")
    assert manifest.personal_data == {}
    assert NO_NAMES in manifest.rules


def test_what_is_no_name_stays_word_by_word(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PIPELINE, str(pipeline))
    text = "Write a poem about autumn in Paris.\nWhy is the sky blue?"
    assert redact(text) == (text, {})
    odd, _ = redact("\x00 \ud83d " + " \u202e" * 50 + " Why is the sky blue?")
    assert odd.endswith("Why is the sky blue?")
