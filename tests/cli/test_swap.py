"""`tiltyard swap`, as a person types it."""

import json
from pathlib import Path

import pytest

from tiltyard_process import refusal, run


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
    assert (
        free.splitlines()[-1]
        == "USD: 0 before, 8 after; the old model is free, so there is no ratio."
    )


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


def test_a_swap_holds_the_style_constant_and_names_the_slices_that_cannot(
    with_french: Path,
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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("fir", "oak", "VOTES"), "No vote on these boards is on oak"),
        (("fir", "fir", "VOTES"), "cannot take its own place"),
        (("fir", "elm", "VOTES", "--by", "colour"), "have no such column"),
        (("fir", "elm", "nowhere.csv"), "nowhere.csv"),
        (("fir", "elm", "VOTES", "DIRECTORY"), "is a saved board"),
        (("fir", "elm", "DIRECTORY", "--control", "style"), "without a control but the"),
        (("fir", "elm", "VOTES", "--control", "price"), "nothing to control price by"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(
    votes: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    places = {"VOTES": votes, "DIRECTORY": tmp_path}
    assert said in refusal("swap", *(places.get(one, one) for one in arguments))
