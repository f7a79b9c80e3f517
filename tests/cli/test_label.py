import asyncio
import io
import json
from pathlib import Path

import pytest

from model_server import ModelServer
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


def test_what_was_read_and_what_left_out_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[dict[str, str | None]] = [
        {"prompt": text, "category": kind, "occupation": "law" if kind == "code" else "arts"}
        for kind, texts in TEXTS.items()
        for text in texts
    ]
    rows += [{"prompt": "", "category": "code", "occupation": "law"}]
    rows += [{"prompt": "nobody knows", "category": "code", "occupation": None}] * 2
    file = tmp_path / "examples.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    said = "columns prompt and occupation; left out: 1 row without prompt, 2 rows without"
    main(["label", "evaluate", str(file), "--labeller", "occupation"])
    assert f"11 rows read, {said} occupation\n" in capsys.readouterr().out
    train = ["label", "train", str(file), "--name", "occupation", "--folds", "2", "--json"]
    main([*train, "--out", str(tmp_path / "occupation.labeller")])
    told = capsys.readouterr()
    assert said in told.err
    assert [one["name"] for one in json.loads(told.out)["classes"]] == ["arts", "law"]
    main(["label", "evaluate", str(file), "--labeller", "tone", "--text", "prompt"])
    assert "columns prompt and category; left out: 1 row" in capsys.readouterr().out


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


CATALOGUE = """[[contestant]]
id = "judge"
name = "Judge"
organisation = "Test works"
licence = "none"
adapter = "openai_chat"
model = "refusal"
base_url = "{url}"
status = "draft"
price_input_usd_per_million = 1.0
price_output_usd_per_million = 2.0
"""


def test_what_a_model_would_cost_is_said_before_it_is_asked(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    model_server: ModelServer,
) -> None:
    ledger = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    (tmp_path / "contestants.toml").write_text(CATALOGUE.format(url=model_server.base_url))
    monkeypatch.setenv("TILTYARD_DATABASE_URL", ledger)
    monkeypatch.setenv("TILTYARD_CONTESTANTS", str(tmp_path / "contestants.toml"))
    asyncio.run(add_examples(ledger))
    asked = len(model_server.requests())
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    with pytest.raises(SystemExit) as left:
        main(["label", "run", "--by", "judge", "--limit", "3"])
    assert left.value.code == 130
    said = capsys.readouterr().out
    assert "3 battles to label" in said
    assert "US dollars" in said
    assert len(model_server.requests()) == asked
    with pytest.raises(SystemExit) as left:
        main(["label", "run", "--by", "judge", "--limit", "1", "--yes"])
    assert left.value.code == 1
    told = capsys.readouterr()
    assert "1 battle to label, 1 question to ask" in told.out
    assert "0 battles labelled, 2 questions asked" in told.out
    assert "1 answer could not be used: run it again to ask again" in told.err
    with pytest.raises(SystemExit):
        main(["label", "run", "--by", "nobody"])
    assert "has no contestant 'nobody'" in capsys.readouterr().err


def test_a_model_is_judged_and_learned_from(
    examples: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    model_server: ModelServer,
) -> None:
    (tmp_path / "contestants.toml").write_text(CATALOGUE.format(url=model_server.base_url))
    monkeypatch.setenv("TILTYARD_CONTESTANTS", str(tmp_path / "contestants.toml"))
    monkeypatch.setenv("TILTYARD_DATA", str(tmp_path))
    judging = ["label", "evaluate", str(examples), "--labeller", "category", "--by", "judge"]
    main([*judging, "--yes"])
    said = capsys.readouterr().out
    assert "8 examples to label, 8 questions to ask" in said
    assert "category by judge: 8 answers could not be used, and on 0 the endpoint failed" in said
    out = str(tmp_path / "examples.jsonl")
    for kind, sentence in (("category", "No model has labelled"), ("tone", "has no examples")):
        with pytest.raises(SystemExit) as left:
            main(["label", "examples", kind, "--out", out])
        assert left.value.code == 2
        assert sentence in capsys.readouterr().err
