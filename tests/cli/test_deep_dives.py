"""`tiltyard swap`, `value`, `taste` and `topics`, as a person types them."""

import json
from pathlib import Path

import polars as pl
import pytest

from prompts.asked import asked
from synthetic_votes import MODELS, synthetic_votes
from tiltyard_process import run


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    path = tmp_path / "votes.csv"
    synthetic_votes(4_000).write_csv(path)
    return path


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    path = tmp_path / "prices.csv"
    amounts = (8, 4, 0.25, 1, 0.5, 0.25)
    lines = [f"{model},{price}" for model, price in zip(MODELS, amounts, strict=True)]
    path.write_text("model,US dollars per million tokens\n" + "\n".join(lines))
    return path


def test_a_swap_by_language_with_prices(votes: Path, prices: Path) -> None:
    finished = run("swap", "fir", "amber", str(votes), "--by", "language", "--prices", str(prices))
    assert finished.returncode == 0, finished.stderr
    lines = finished.stdout.splitlines()
    assert [line.split()[0] for line in lines[2:5]] == ["overall", "language=en", "language=de"]
    assert all(line.rstrip().endswith("better") for line in lines[2:5])
    assert "3 verdicts: if the two were alike everywhere, about 0.2 of them would" in lines[-2]
    assert lines[-1] == "US dollars per million tokens: 0.25 before, 8 after, 32.00 times as much."
    prices.write_text("model,USD\nfir,0\namber,8\n")
    free = run("swap", "fir", "amber", str(votes), "--prices", str(prices)).stdout
    assert "verdicts" not in free
    assert free.splitlines()[-1] == "USD: 0 before, 8 after; of nothing, nothing is a multiple."


def test_a_swap_as_json_and_of_saved_boards(votes: Path, tmp_path: Path) -> None:
    saved = tmp_path / "all-votes"
    assert run("rank", str(votes), "--save", str(saved)).returncode == 0
    of_votes, of_board = (
        json.loads(run("swap", "elm", "birch", str(place), "--json").stdout)["slices"][0]
        for place in (votes, saved)
    )
    assert (of_votes.pop("slice"), of_board.pop("slice")) == ("overall", "all-votes")
    assert of_board["verdict"] == of_votes["verdict"] == "better"
    assert of_board["preferred"]["lower"] == pytest.approx(of_votes["preferred"]["lower"])


@pytest.fixture
def with_french(votes: Path, tmp_path: Path) -> Path:
    """Votes of which the first 200 are on French answers, all without a heading."""
    path, french = tmp_path / "with-french.csv", pl.int_range(pl.len()) < 200
    pl.read_csv(votes).with_columns(
        pl.when(french).then(pl.lit("fr")).otherwise("language").alias("language"),
        *(pl.when(~french).then(side).otherwise(0).alias(side) for side in HEADERS),
    ).write_csv(path)
    return path


HEADERS = ("headers_a", "headers_b")


def test_swap_and_value_hold_the_style_constant_and_name_the_slices_that_cannot(
    with_french: Path, prices: Path
) -> None:
    asked = (with_french, "--by", "language", "--control", "style")
    finished = run("swap", "fir", "amber", *asked)
    assert finished.returncode == 0, finished.stderr
    why = "The control headers is the same in every vote"
    assert finished.stdout.splitlines()[-1].startswith(f"No board of language=fr: {why}")
    found = json.loads(run("swap", "fir", "amber", *asked, "--json").stdout)
    assert found["controls"] == ["style"]
    assert [one["slice"] for one in found["slices"]] == ["overall", "language=en", "language=de"]
    assert [one["slice"] for one in found["unmade"]] == ["language=fr"]
    ranked = json.loads(run("rank", with_french, "--control", "style", "--json", "-").stdout)
    ratings = {one["model"]: one["rating"] for one in ranked["models"]}
    gap = found["slices"][0]["points"]["estimate"]
    assert gap == pytest.approx(ratings["amber"] - ratings["fir"], abs=1e-6)
    worth = json.loads(run("value", *asked, "--measure", prices, "--json").stdout)
    assert list(worth["boards"]) == ["overall", "language=en", "language=de"]
    assert worth["unmade"][0]["reason"].startswith(why)


def test_value_puts_the_model_that_is_better_than_its_price_first(
    votes: Path, prices: Path
) -> None:
    finished = run("value", str(votes), "--measure", str(prices))
    assert finished.returncode == 0, finished.stderr
    first = finished.stdout.splitlines()[2].split()
    assert first[:3] == ["*", "cedar", "0.25"]
    assert "above" in first
    assert "Twice the US dollars per million tokens goes with" in finished.stdout
    found = json.loads(run("value", str(votes), "--measure", str(prices), "--json").stdout)
    assert found["boards"]["overall"]["models"][0]["verdict"] == "above"


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
    assert "points from everybody's, as is assumed of so few voters" in finished.stdout


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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("swap", "fir", "oak", "VOTES"), "No vote on these boards is on oak"),
        (("swap", "fir", "fir", "VOTES"), "cannot take its own place"),
        (("swap", "fir", "elm", "VOTES", "--by", "colour"), "have no such column"),
        (("swap", "fir", "elm", "nowhere.csv"), "nowhere.csv"),
        (("swap", "fir", "elm", "VOTES", "DIRECTORY"), "is a saved board"),
        (("swap", "fir", "elm", "DIRECTORY", "--control", "style"), "without a control but the"),
        (("swap", "fir", "elm", "VOTES", "--control", "price"), "nothing to control price by"),
        (("value", "VOTES", "--measure", "nowhere.csv"), "cannot be read"),
        (("value", "VOTES", "--measure", "VOTES"), "needs two columns"),
        (("taste", "VOTES"), "Say whose board"),
        (("taste", "VOTES", "--voter", "v", "--group", "language=de"), "Say whose board"),
        (("taste", "VOTES", "--voter", "nobody"), "No vote is in the slice voter=nobody"),
        (("topics", "VOTES"), "needs the conversations"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(
    votes: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    places = {"VOTES": str(votes), "DIRECTORY": str(tmp_path)}
    finished = run(*(places.get(one, one) for one in arguments))
    assert finished.returncode == 2
    assert said in finished.stderr
    assert finished.stderr.startswith("Error: ")
    assert len(finished.stderr.splitlines()) == 1
