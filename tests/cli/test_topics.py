"""`tiltyard topics`, as a person types it."""

import json
from pathlib import Path

import polars as pl
import pytest

from prompts.asked import asked
from synthetic_votes import synthetic_votes
from tiltyard_process import refusal, run


@pytest.fixture
def asked_votes(tmp_path: Path) -> Path:
    path = tmp_path / "asked.csv"
    votes = synthetic_votes(600).drop("voter", "language")
    votes.hstack(asked(600).select("prompt", "voter", "language")).write_csv(path)
    return path


def test_topics_are_told_with_who_is_ahead(asked_votes: Path) -> None:
    finished = run("topics", asked_votes, "--groups", "5")
    assert finished.returncode == 0, finished.stderr
    lines = finished.stdout.splitlines()
    assert len([line for line in lines if " · " in line]) == 5
    assert "not enough votes (" in lines[2]
    assert lines[-1].startswith("600 prompts with 600 votes; ")
    assert "mysecret" not in finished.stdout
    found = json.loads(run("topics", asked_votes, "--groups", "5", "--json").stdout)
    assert [topic["prompts"] for topic in found["topics"]] == [120] * 5
    assert all(topic["models"] for topic in found["topics"])


def test_without_voters_there_are_no_topics_unless_asked(asked_votes: Path, tmp_path: Path) -> None:
    strangers = tmp_path / "strangers.csv"
    pl.read_csv(asked_votes).drop("voter").write_csv(strangers)
    finished = run("topics", strangers)
    assert finished.returncode == 1
    assert "600 of them in no topic" in finished.stdout
    assert run("topics", strangers, "--at-least", "1").returncode == 0


def test_topics_need_to_know_what_was_asked(votes: Path) -> None:
    assert "needs the conversations" in refusal("topics", votes)
