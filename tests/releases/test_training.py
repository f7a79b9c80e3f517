"""Training data says what the votes said, as TRL reads it, and counts what it leaves out."""

from pathlib import Path

import polars as pl
import pytest

from exported import OWL, WREN, battle, export, read_parts, record
from opened import open_ledger
from tiltyard.ledger.records import Battle
from tiltyard.releases.exporting import Export, ExportReport
from tiltyard.releases.training import DIFFERENT, EVEN, STOPPED, TIE, UNANSWERED

pytestmark = pytest.mark.anyio

ASKED = {"role": "user", "content": "Why is the sky blue?"}


def answer(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


async def made(
    battles: list[Battle], schema: str, tmp_path: Path
) -> tuple[ExportReport, pl.DataFrame]:
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        await record(ledger, battles)
        report = await export(ledger, tmp_path / "out", Export("text", schema))
    return report, read_parts(tmp_path / "out", schema)


TWO_TURNS = battle(
    9,
    "b",
    asked=("Why is the sky blue?", "And at night?"),
    said=(("Air.", "Light."), ("Black.", "Dark.")),
)


async def test_a_preference_is_a_pair_for_dpo(tmp_path: Path) -> None:
    battles = [battle(1, "a"), battle(2, "b"), battle(3, "tie"), battle(4, "both_bad"), TWO_TURNS]
    report, frame = await made(battles, "dpo", tmp_path)
    assert frame.select("prompt", "chosen", "rejected", "chosen_model").to_dicts() == [
        {
            "prompt": [ASKED],
            "chosen": [answer(chosen)],
            "rejected": [answer(rejected)],
            "chosen_model": model,
        }
        for chosen, rejected, model in (("Air.", "Light.", WREN), ("Light.", "Air.", OWL))
    ]
    assert report.left_out == {EVEN: 2, DIFFERENT: 1}


async def test_a_reward_pair_is_two_whole_conversations(tmp_path: Path) -> None:
    report, frame = await made([battle(1, "a"), TWO_TURNS], "reward", tmp_path)
    assert frame["chosen"].to_list() == [
        [ASKED, answer("Air.")],
        [ASKED, answer("Light."), {"role": "user", "content": "And at night?"}, answer("Dark.")],
    ]
    assert frame["rejected"][0].to_list() == [ASKED, answer("Light.")]
    assert report.left_out == {}


async def test_kto_calls_single_answers_good_or_bad(tmp_path: Path) -> None:
    battles = [battle(1, "b"), battle(2, "both_bad"), battle(3, "tie")]
    report, frame = await made(battles, "kto", tmp_path)
    assert frame["label"].to_list() == [False, True, False, False]
    assert frame["completion"].to_list() == [[answer(text)] for text in ("Air.", "Light.") * 2]
    assert frame["prompt"].to_list() == [[ASKED]] * 4
    assert frame.schema["label"] == pl.Boolean
    assert report.left_out == {TIE: 1}


@pytest.mark.parametrize("schema", ["dpo", "reward", "kto"])
async def test_an_answer_that_never_came_teaches_nothing(schema: str, tmp_path: Path) -> None:
    battles = [battle(1, "a"), battle(2, "a", said=(("Air.", ""),))]
    report, frame = await made(battles, schema, tmp_path)
    assert set(frame["battle_id"]) == {str(battles[0].id)}
    assert report.left_out == {UNANSWERED: 1}


@pytest.mark.parametrize("schema", ["dpo", "reward", "kto"])
async def test_an_answer_that_was_stopped_teaches_nothing(schema: str, tmp_path: Path) -> None:
    battles = [battle(1, "a"), battle(2, "a", stopped="a"), battle(3, "b", stopped="b")]
    report, frame = await made(battles, schema, tmp_path)
    assert set(frame["battle_id"]) == {str(battles[0].id)}
    assert report.left_out == {STOPPED: 2}
