from pathlib import Path

import pytest

from tiltyard.boards.errors import RecipeError
from tiltyard.boards.prices import read_prices


def test_prices_are_read_with_their_unit(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("model,US dollars per million tokens\namber,10\nbirch,\n")
    assert read_prices(file) == ({"amber": 10.0}, "US dollars per million tokens")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("amber,10\n", "needs two columns, model and one of prices"),
        ("", "needs two columns"),
        ("model,price\namber,dear\n", "row 1: 'dear' is not a price"),
        ("model,price\namber,-1\n", "row 1: '-1' is not a price"),
        ("model,price\namber\n", "row 1: does not have two cells"),
    ],
)
def test_prices_that_cannot_be_read_are_one_sentence(
    tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "prices.csv").write_text(content)
    with pytest.raises(RecipeError, match=said):
        read_prices(tmp_path / "prices.csv")
