from pathlib import Path

import pytest

from tiltyard.boards.errors import ConditionError, RecipeError
from tiltyard.boards.slices.column_slice import columns_where
from tiltyard.boards.slices.conditions import Condition
from tiltyard.boards.slices.wording import FUNCTIONS
from tiltyard_process import run

MANY = [f"'model-{number}'" for number in range(600)]


def inside_each_other(before: str, inner: str, after: str, times: int = 7) -> str:
    return before * times + inner + after * times


@pytest.mark.parametrize(
    "sql",
    [
        " OR ".join(["turn = 1"] * 99),
        f"model_a IN ({', '.join(MANY)})",
        "turn IN (1, -2, 3.5, NULL) AND voted_at IN (date '2026-01-01', date '2026-01-02')",
        "lower(trim(language)) IN ('de', 'fr') AND NOT (hard OR code)",
        "verticals[1] = 'law' OR 'law' = ANY(verticals)",
        "language = 'nullif(a, b) -- || $' AND \"case\" = 3",
        "turn BETWEEN (1 + 2) AND (3 + 4) AND extract(year FROM voted_at) = 2026",
    ],
)
def test_what_operators_write_stays_possible(sql: str) -> None:
    Condition.parse(sql)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (" OR ".join(["turn = 1"] * 600), "has 1,799 words and signs, and may have 300"),
        (f"language = '{'x' * 20_000}'", "characters, and may have 10,000"),
        (
            inside_each_other("replace(", "language", ", 'e', 'eeeeeeeeee')") + " = 'e'",
            "calls replace, and it may call only lower, upper",
        ),
        ("concat(language, language) = 'dede'", "calls concat"),
        ("language || language = 'dede'", r"has \|\| outside of a text"),
        ("+".join(["language"] * 25) + " = 'de'", "adds more than 20 times"),
        (inside_each_other("nullif(", "turn", ", 1)", 12) + " = 2", "calls nullif"),
        (inside_each_other('"nullif"(', "turn", ", 1)", 12) + " = 2", "calls a quoted name"),
        (inside_each_other("verticals[", "1", "]", 7) + " = 'law'", "a place in a list"),
        ("turn" + " BETWEEN 1 AND 2" * 12, "more than 8 times: write >= and <="),
        ("hard" + " IN (hard, code, maths)" * 7, "has a list after IN that is not of texts"),
        ("CASE WHEN hard THEN code ELSE maths END", "calls CASE"),
        ("hard -- '", "has -- outside of a text"),
    ],
)
def test_what_would_be_too_much_is_refused_before_it_is_read(sql: str, said: str) -> None:
    with pytest.raises(ConditionError, match=said) as error:
        Condition.parse(sql)
    assert len(str(error.value)) < 900
    with pytest.raises(RecipeError, match=said):
        columns_where([sql])


def test_every_function_can_be_called() -> None:
    for name in FUNCTIONS:
        with pytest.raises(ConditionError) as error:
            Condition.parse(f"{name}(")
        assert "may call" not in str(error.value)


def test_a_condition_as_long_as_a_book_ends_no_process(tmp_path: Path) -> None:
    file = tmp_path / "slices.toml"
    endless = " OR ".join(["turn = 1"] * 12_000)
    file.write_text(f'[[slice]]\nid = "endless"\nname = "Endless"\nwhere = "{endless}"\n')
    finished = run("slices", file)
    assert finished.returncode == 2
    assert "the condition of the slice endless has 143,996 characters" in finished.stderr
