"""`tiltyard value`, as a person types it."""

import json
from pathlib import Path

from tiltyard_process import refusal, run


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


def test_value_holds_the_style_constant_and_names_the_slices_that_cannot(
    with_french: Path, prices: Path
) -> None:
    asked = (with_french, "--by", "language", "--control", "style")
    found = json.loads(run("value", *asked, "--measure", prices, "--json").stdout)
    assert list(found["boards"]) == ["overall", "language=en", "language=de"]
    (unmade,) = found["unmade"]
    assert unmade["reason"].startswith("The control headers is the same in every vote")


def test_a_measure_that_is_no_file_of_prices_is_refused(votes: Path) -> None:
    assert "cannot be read" in refusal("value", votes, "--measure", "nowhere.csv")
    assert "needs two columns" in refusal("value", votes, "--measure", votes)
