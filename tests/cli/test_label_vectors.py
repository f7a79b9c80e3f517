import asyncio
import io
import json
from pathlib import Path

import pytest

from embeddings_server import EmbeddingsServer
from opened import open_ledger, opened
from tiltyard.cli import main

TEXTS = {
    "code": ["fix my Python loop", "a Rust lifetime error", "SQL join of two tables", "bash loop"],
    "song": ["a poem about rain", "a song for my cat", "a sad love song", "a poem of the sea"],
}
CATALOGUE = """[[embedding_model]]
id = "bag"
model = "plain"
base_url = "{url}"
price_input_usd_per_million = 20.0
{more}
"""


@pytest.fixture
def at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embeddings_server: EmbeddingsServer
) -> Path:
    """A directory with a catalogue of one embedding model, and examples."""
    declare(tmp_path, embeddings_server)
    rows = [{"text": text, "label": label} for label, texts in TEXTS.items() for text in texts]
    (tmp_path / "examples.jsonl").write_text("\n".join(map(json.dumps, rows)))
    more = [{"text": text, "labels": ["code"]} for text in TEXTS["code"]]
    (tmp_path / "more.jsonl").write_text("\n".join(map(json.dumps, more)))
    monkeypatch.setenv("TILTYARD_CONTESTANTS", str(tmp_path / "contestants.toml"))
    monkeypatch.setenv("TILTYARD_DATA", str(tmp_path))
    return tmp_path


def declare(directory: Path, server: EmbeddingsServer, more: str = "") -> None:
    text = CATALOGUE.format(url=server.base_url, more=more)
    (directory / "contestants.toml").write_text(text)


def train(at_home: Path, *more: str) -> str:
    out = str(at_home / "topic.labeller")
    train = ["label", "train", str(at_home / "examples.jsonl"), "--vectors", "bag"]
    main([*train, "--name", "topic", "--out", out, "--folds", "4", *more])
    return out


def test_what_vectors_cost_is_said_before_anybody_is_asked(
    at_home: Path,
    embeddings_server: EmbeddingsServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    with pytest.raises(SystemExit) as left:
        train(at_home)
    assert left.value.code == 130
    assert "8 texts to send, about 38 tokens: about 0.0008 US dollars" in capsys.readouterr().out
    assert embeddings_server.requests == []


def test_train_and_evaluate_read_vectors(
    at_home: Path, embeddings_server: EmbeddingsServer, capsys: pytest.CaptureFixture[str]
) -> None:
    out = train(at_home, "--yes")
    said = capsys.readouterr().out
    assert "precision" in said
    assert "kappa" in said
    assert "topic vectors@" in said
    assert len(embeddings_server.texts) == 8
    judge = ["label", "evaluate", str(at_home / "examples.jsonl"), "--labeller", out]
    main([*judge, "--yes", "--json"])
    told = capsys.readouterr()
    assert json.loads(told.out)["accuracy"]["estimate"] == 1.0
    assert "8 texts to send" in told.err


def test_a_model_that_is_another_now_is_refused(
    at_home: Path, embeddings_server: EmbeddingsServer, capsys: pytest.CaptureFixture[str]
) -> None:
    out = train(at_home, "--yes")
    declare(at_home, embeddings_server, "max_chars = 10")
    with pytest.raises(SystemExit) as left:
        main(["label", "evaluate", str(at_home / "examples.jsonl"), "--labeller", out, "--yes"])
    assert left.value.code == 2
    assert "bag is declared otherwise than when a classifier learned" in capsys.readouterr().err


def test_the_doctor_knows_what_labellers_need(
    at_home: Path, embeddings_server: EmbeddingsServer, capsys: pytest.CaptureFixture[str]
) -> None:
    def finding() -> dict[str, object]:
        with pytest.raises(SystemExit):
            main(["doctor", "--json"])
        found: list[dict[str, object]] = json.loads(capsys.readouterr().out)["findings"]
        return next(one for one in found if one["name"] == "labellers")

    assert finding()["sentence"] == "The labellers read words alone."
    extend = ["label", "train", str(at_home / "more.jsonl"), "--extend", "category"]
    main([*extend, "--vectors", "bag", "--yes", "--json"])
    capsys.readouterr()
    assert finding()["sentence"] == "The labellers read vectors of bag too."
    declare(at_home, embeddings_server, "max_chars = 10")
    assert not finding()["fine"]


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [("html", "sent something that is not JSON"), ("ragged", "of 2 and of 256 numbers together")],
)
def test_garbage_ends_with_one_sentence_and_nothing_saved(
    at_home: Path,
    embeddings_server: EmbeddingsServer,
    capsys: pytest.CaptureFixture[str],
    behaviour: str,
    said: str,
) -> None:
    embeddings_server.behave(behaviour)
    with pytest.raises(SystemExit) as left:
        train(at_home, "--yes")
    assert left.value.code == 2
    error = capsys.readouterr().err.strip()
    assert said in error
    assert "\n" not in error
    assert not (at_home / "topic.labeller").exists()


def test_a_contestant_makes_no_vectors_and_an_unknown_model_is_named(
    at_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (at_home / "contestants.toml").write_text(
        '[[contestant]]\nid = "bag"\nname = "B"\norganisation = "O"\nlicence = "L"\n'
        'adapter = "demo"\nmodel = "wren"\n'
    )
    with pytest.raises(SystemExit):
        train(at_home)
    assert "'bag' in " in (said := capsys.readouterr().err)
    assert "is a contestant and makes no vectors: declare an [[embedding_model]]" in said


async def add_examples(ledger: Path) -> None:
    async with open_ledger(f"sqlite:///{ledger}") as opened_ledger, opened(opened_ledger) as arena:
        await arena.add_examples()


def test_a_labeller_that_reads_vectors_labels_the_ledger(
    at_home: Path, embeddings_server: EmbeddingsServer, capsys: pytest.CaptureFixture[str]
) -> None:
    extend = ["label", "train", str(at_home / "more.jsonl"), "--extend", "category"]
    main([*extend, "--vectors", "bag", "--yes"])
    assert "creative_writing" in capsys.readouterr().out
    asyncio.run(add_examples(at_home / "ledger.sqlite3"))
    embeddings_server.behave("status-500")
    with pytest.raises(SystemExit) as left:
        main(["worker", "--once"])
    assert left.value.code == 1
    told = capsys.readouterr()
    assert "600 battles labelled" in told.out
    assert "Labels by vectors wait: bag: http://127.0.0.1:" in told.err
    embeddings_server.behave("")
    main(["label", "run"])
    said = capsys.readouterr().out
    prompts = len(set(embeddings_server.texts))
    assert f"bag: {prompts:,} texts to send, about " in said
    assert f"600 battles labelled by vectors, {prompts:,} texts sent" in said
    assert len(embeddings_server.texts) == prompts
    main(["label", "status"])
    said = capsys.readouterr().out
    assert "vectors@" in said
    assert "vectors of bag@" in said
    assert f"{prompts:,} texts in" in said
