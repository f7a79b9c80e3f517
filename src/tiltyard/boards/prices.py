"""Read what models cost."""

import csv
import math
from pathlib import Path

from tiltyard.boards.errors import RecipeError

TWO = 2


def read_prices(path: str | Path) -> tuple[dict[str, float], str]:
    """Read a CSV file of two columns: `model`, and prices under the name of their unit.

    Returns
    -------
    prices : dict
        By model; rows without a price are left out.
    unit : str
        The name of the second column, as in "US dollars per million tokens".

    Raises
    ------
    RecipeError
        When the file cannot be read, has no such columns, or a price is no number from 0 upwards.
    """
    file = Path(path)
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            header, *rows = [row for row in csv.reader(stream) if row] or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RecipeError(f"{file} cannot be read as a CSV file of prices ({error}).") from error
    if len(header) != TWO or "model" not in header:
        raise RecipeError(f"{file.name}: needs two columns, model and one of prices.")
    model = header.index("model")
    prices = {}
    for number, row in enumerate(rows, 1):
        given = row[1 - model].strip() if len(row) == TWO else None
        if given:
            prices[row[model]] = _price(given, f"{file.name}, row {number}")
        elif given is None:
            raise RecipeError(f"{file.name}, row {number}: does not have two cells.")
    return prices, header[1 - model]


def _price(given: str, where: str) -> float:
    try:
        price = float(given)
    except ValueError:
        price = math.nan
    if not (math.isfinite(price) and price >= 0):
        raise RecipeError(f"{where}: {given!r} is not a price; allowed are numbers from 0 upwards.")
    return price
