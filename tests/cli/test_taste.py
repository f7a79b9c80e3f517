"""`tiltyard taste`, as a person types it."""

import json
from pathlib import Path

import polars as pl
import pytest

from tiltyard_process import refusal, run


def test_the_taste_of_a_voter_and_of_a_group(votes: Path) -> None:
    finished = run("taste", votes, "--voter", "voter-7")
    assert finished.returncode == 0, finished.stderr
    assert "Too few votes" in finished.stdout
    assert "assumed" not in finished.stdout
    one = json.loads(run("taste", votes, "--voter", "voter-7", "--json").stdout)
    group = json.loads(run("taste", votes, "--group", "language=de", "--json").stdout)
    assert 0 < one["own_share"] < group["own_share"] < 1
    assert (one["enough"], group["enough"]) == (False, True)
    assert group["models"][0]["model"] == "amber"
    few = votes.with_name("few.csv")
    pl.read_csv(votes).filter(pl.col("voter").str.ends_with("7")).head(60).write_csv(few)
    finished = run("taste", few, "--group", "language=de")
    assert "points from everybody's (assumed: too few voters to tell)" in finished.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Say whose board"),
        (("--voter", "v", "--group", "language=de"), "Say whose board"),
        (("--voter", "nobody"), "No vote is in the slice voter=nobody"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(
    votes: Path, arguments: tuple[str, ...], said: str
) -> None:
    assert said in refusal("taste", votes, *arguments)
