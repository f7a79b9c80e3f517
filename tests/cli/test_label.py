import asyncio
import json
from pathlib import Path

import pytest

from opened import open_ledger, opened
from tiltyard.cli import main

TEXTS = {
    "code": ["fix my Python loop", "a Rust lifetime error", "SQL join of two tables", "bash loop"],
    "song": ["a poem about rain", "a song for my cat", "a sad love song", "a poem of the sea"],
}


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    rows = [{"text": text, "label": label} for label, texts in TEXTS.items() for text in texts]
    file = tmp_path / "examples.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    return file


def test_train_saves_a_labeller_that_evaluate_can_judge(
    tmp_path: Path, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "topic.labeller")
    main(["label", "train", str(examples), "--name", "topic", "--out", out, "--folds", "4"])
    said = capsys.readouterr().out
    assert "precision" in said
    assert "kappa" in said
    assert "topic linear@" in said
    main(["label", "evaluate", str(examples), "--labeller", out, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["accuracy"]["estimate"] == 1.0
    assert [one["name"] for one in found["classes"]] == ["code", "song"]


def test_bad_examples_end_with_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "examples.csv"
    file.write_text("text,verdict\nhello,1\n")
    with pytest.raises(SystemExit) as left:
        main(["label", "train", str(file), "--name", "topic", "--out", str(tmp_path / "x")])
    assert left.value.code == 2
    assert "has no column label; there are text, verdict" in capsys.readouterr().err


def test_battles_are_labelled_and_counted(
    ledger_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TILTYARD_DATABASE_URL", ledger_url)
    asyncio.run(add_examples(ledger_url))
    main(["label", "run", "--labeller", "language"])
    assert "600 battles labelled" in capsys.readouterr().out
    main(["label", "status", "--json"])
    found = json.loads(capsys.readouterr().out)
    language = next(one for one in found["labellers"] if one["labeller"] == "language")
    assert (found["battles"], language["battles"]) == (600, 600)
    main(["label", "status"])
    said = capsys.readouterr().out
    assert "100.0%" in said
    assert "600 battles to label" in said


async def add_examples(ledger_url: str) -> None:
    async with open_ledger(ledger_url) as ledger, opened(ledger) as arena:
        await arena.add_examples()


def test_a_labeller_that_is_not_there_ends_with_one_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["label", "run", "--labeller", "langage"])
    assert left.value.code == 2
    assert "There is no labeller 'langage'; there are language" in capsys.readouterr().err


def test_a_labeller_that_ships_is_extended_and_found_by_the_worker(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"text": text, "labels": ["code"]} for text in TEXTS["code"]]
    file = tmp_path / "more.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    main(["label", "train", str(file), "--extend", "category", "--data", str(tmp_path)])
    assert "creative_writing" in capsys.readouterr().out
    main(["label", "status", "--data", str(tmp_path), "--json"])
    found = json.loads(capsys.readouterr().out)["labellers"]
    (category,) = [one for one in found if one["labeller"] == "category"]
    assert category["version"].startswith("linear@")


def test_what_is_learned_must_be_said(examples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["label", "train", str(examples)])
    assert left.value.code == 2
    assert "with --name and --out" in capsys.readouterr().err
