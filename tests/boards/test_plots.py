from pathlib import Path
from xml.etree import ElementTree as ET

import polars as pl
import pytest
from playwright.sync_api import Browser

from synthetic_votes import MODELS, synthetic_votes
from tiltyard.battles.table import Battles
from tiltyard.boards.errors import SavedBoardError
from tiltyard.boards.plots.axis import Axis
from tiltyard.boards.plots.writing import write_plots
from tiltyard.boards.ranking import rank

BOARD = rank(Battles.from_frame(synthetic_votes(3000)))
PRICES = {"amber": 10.0, "birch": 12.0, "cedar": 1.0, "dogwood": 2.0, "elm": 0.0, "fir": 0.1}
SVG = "{http://www.w3.org/2000/svg}"


def texts(file: Path, tag: str = "text") -> list[str]:
    root = ET.parse(file)  # noqa: S314  # our own file, written a moment ago
    return [element.text or "" for element in root.iter(f"{SVG}{tag}")]


def test_every_model_is_in_the_forest_with_its_numbers(tmp_path: Path) -> None:
    write_plots(BOARD, tmp_path)
    shown = texts(tmp_path / "forest.svg")
    for standing in BOARD.models:
        assert standing.model in shown
        assert f"{standing.rating:.0f}" in shown


def test_every_pair_is_in_the_heat_map_with_its_interval(tmp_path: Path) -> None:
    write_plots(BOARD, tmp_path)
    hints = texts(tmp_path / "win_probability.svg", "title")
    assert len(hints) == len(MODELS) * (len(MODELS) - 1)
    chance = BOARD.win_probability("amber", "fir")
    assert (
        f"amber over fir: {chance.estimate:.1%} ({chance.lower:.1%} to {chance.upper:.1%})" in hints
    )


def test_a_price_frontier_needs_prices(tmp_path: Path) -> None:
    names = {file.name for file in write_plots(BOARD, tmp_path)}
    assert names == {"forest.svg", "win_probability.svg", "index.html"}
    names = {file.name for file in write_plots(BOARD, tmp_path, prices=PRICES)}
    assert "price_frontier.svg" in names


def test_the_same_board_gives_the_same_bytes(tmp_path: Path) -> None:
    one = [file.read_bytes() for file in write_plots(BOARD, tmp_path / "1", prices=PRICES)]
    other = [file.read_bytes() for file in write_plots(BOARD, tmp_path / "2", prices=PRICES)]
    assert one == other


def test_names_are_text_whatever_they_hold(tmp_path: Path) -> None:
    votes = [("<script>&", "y", "a"), ("y", "<script>&", "a"), ("y", "<script>&", "a")]
    frame = pl.DataFrame(votes, ["model_a", "model_b", "winner"], orient="row")
    write_plots(rank(Battles.from_frame(frame)), tmp_path)
    assert "<script>&" in texts(tmp_path / "forest.svg")
    assert "<script>" not in (tmp_path / "index.html").read_text()


def test_a_board_of_nobody_is_a_page_that_says_so(tmp_path: Path) -> None:
    frame = pl.DataFrame({"model_a": ["x"], "model_b": ["y"], "winner": ["a"]})
    (page,) = write_plots(rank(Battles.from_frame(frame)), tmp_path)
    assert "No model can be rated" in page.read_text()


def test_plots_follow_the_systems_light_and_dark(tmp_path: Path, chromium: Browser) -> None:
    write_plots(BOARD, tmp_path, prices=PRICES)
    colours = {}
    for scheme in ("light", "dark"):
        page = chromium.new_page(color_scheme=scheme)
        for name in ("forest", "win_probability", "price_frontier"):
            page.goto((tmp_path / f"{name}.svg").as_uri())
            fills = (
                "[...document.querySelectorAll('.paper, .ink')].map(e => getComputedStyle(e).fill)"
            )
            colours[scheme, name] = page.evaluate(fills)
        page.close()
    for name in ("forest", "win_probability", "price_frontier"):
        paper, *ink = colours["light", name]
        assert colours["dark", name][0] != paper
        assert set(colours["dark", name][1:]).isdisjoint(ink)


def test_the_page_of_plots_has_no_errors_and_needs_no_other_file(
    tmp_path: Path, chromium: Browser
) -> None:
    write_plots(BOARD, tmp_path, prices=PRICES)
    page = chromium.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto((tmp_path / "index.html").as_uri())
    assert page.locator("svg[role=img]").count() == 3
    assert asked == [(tmp_path / "index.html").as_uri()]
    assert said == []
    page.close()


def test_marks_are_round_numbers_within_the_axis() -> None:
    assert Axis.over([687, 1204], 0, 100).marks() == [700, 800, 900, 1000, 1100, 1200]
    assert Axis.over([0.1, 20], 0, 100, logarithmic=True).marks(9) == pytest.approx(
        [0.1, 0.2, 0.5, 1, 2, 5, 10, 20]
    )


def test_plots_that_cannot_be_written_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SavedBoardError, match="cannot be written"):
        write_plots(BOARD, tmp_path / "file")
