import re
from pathlib import Path

import polars as pl
import pytest

from synthetic_votes import synthetic_votes
from tiltyard.battles.table import Battles
from tiltyard.boards.errors import ConditionError, SliceError
from tiltyard.boards.living.table import LivingTable
from tiltyard.boards.ranking import rank
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.slices.columns import sample_votes, slice_columns
from tiltyard.boards.slices.conditions import Condition
from tiltyard.boards.slices.slice_file import LOCAL, read_slices, shipped_slices
from tiltyard.labels.labellers import label_sources, shipped_labellers
from tiltyard.labels.occupations import VERTICALS

FRAME = synthetic_votes(1000).with_columns(
    topics=pl.when("is_code").then(pl.lit(["code", "law"])).otherwise(pl.lit(["law"])),
    source=pl.when(pl.col("length_a") > 200).then(pl.lit("import:old")).otherwise(pl.lit("arena")),
)
BATTLES = Battles.from_frame(FRAME)

GOOD = """
[[slice]]
id = "german"
name = "German"
where = "language = 'de'"

[[slice]]
id = "german-code"
name = "German, code"
where = "is_code"
within = "german"
minimum = 20
"""


CHAIN = (
    "".join(
        f"[[slice]]\nid = 's{number}'\nname = 'x'\nwhere = 'is_code'\nwithin = 's{number - 1}'\n"
        for number in range(1, 200)
    )
    + "[[slice]]\nid = 's0'\nname = 'x'\n"
)
CIRCLE = """
[[slice]]
id = "x"
name = "x"
within = "y"

[[slice]]
id = "y"
name = "y"
within = "x"
"""


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "slices.toml"
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("sql", "kept"),
    [
        ("is_code", pl.col("is_code")),
        ("language = 'de' AND NOT is_code", (pl.col("language") == "de") & ~pl.col("is_code")),
        ("language LIKE 'd%'", pl.col("language") == "de"),
        ("language IN ('de', 'fr')", pl.col("language") == "de"),
        ("array_contains(topics, 'code')", pl.col("is_code")),
        ("outcome IN ('a', 'b')", pl.col("outcome").is_in(["a", "b"])),
        ("voted_at >= date '1999-01-01'", pl.col("voted_at").is_not_null()),
        ("length_a BETWEEN 100 AND 200", pl.col("length_a").is_between(100, 200)),
        ("1 = 1", pl.lit(value=True)),
    ],
)
def test_a_condition_keeps_the_votes_for_which_it_holds(sql: str, kept: pl.Expr) -> None:
    held = Condition.parse(sql).holds(BATTLES.frame)
    assert held.sum() == BATTLES.frame.filter(kept).height
    assert held.len() == FRAME.height


def test_what_is_unknown_holds_neither_way() -> None:
    frame = BATTLES.frame.with_columns(
        is_code=pl.when(pl.col("length_a") > 150).then(None).otherwise("is_code")
    )
    held = [Condition.parse(sql).holds(frame).sum() for sql in ("is_code", "NOT is_code")]
    assert sum(held) == FRAME.filter(pl.col("length_a") <= 150).height


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("", "is not an SQL condition"),
        ("language ==== 'de'", "is not an SQL condition"),
        ("is_code; DROP TABLE votes", "is not an SQL condition"),
        ("read_csv('/etc/passwd')", "calls read_csv, and it may call only lower"),
        ("(SELECT max(turn) FROM self) > 1", "calls"),
        ("turn > avg(turn)", "one vote at a time"),
        ("count(*) > 3", "one vote at a time"),
        ("row_number() OVER (ORDER BY voted_at) > 3", "one vote at a time"),
        ("lag(turn) OVER (ORDER BY voted_at) = 1", "one vote at a time"),
        ("EXISTS (SELECT 1)", "calls EXISTS"),
        ("voted_at > now()", "looks at the clock"),
    ],
)
def test_what_is_no_condition_on_one_vote_is_refused(sql: str, said: str) -> None:
    with pytest.raises(ConditionError, match=said):
        Condition.parse(sql)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("mood = 'good'", "looks at the column mood, and the votes have none; there are battle_id"),
        ("turn + 1", "gives Int32, not true or false"),
        ("language", "gives String, not true or false"),
        ("voted_at > 'yesterday'", "cannot be answered"),
    ],
)
def test_a_condition_that_votes_cannot_answer_is_refused(sql: str, said: str) -> None:
    with pytest.raises(ConditionError, match=said):
        Condition.parse(sql).refuse_unless_boolean(BATTLES.frame.schema)


def test_a_part_of_a_slice_holds_where_both_do(tmp_path: Path) -> None:
    slices = read_slices(write(tmp_path, GOOD))
    assert [one.id for one in slices] == ["overall", "german", "german-code"]
    assert slices.conditions_of("german-code") == (LOCAL, "language = 'de'", "is_code")
    assert slices.conditions_of("overall") == (LOCAL,)
    assert [one.parent for one in slices] == [None, "overall", "german"]
    assert [one.minimum for one in slices] == [300, 300, 20]


def test_imported_votes_count_only_where_a_slice_asks_for_the_source(tmp_path: Path) -> None:
    text = '[[slice]]\nid = "old"\nname = "Old"\nwhere = "source = \'import:old\'"\n'
    slices = read_slices(write(tmp_path, text))
    boards = {
        id_: rank(BATTLES, Recipe(where=slices.conditions_of(id_))).votes
        for id_ in ("overall", "old")
    }
    imported = FRAME.filter(pl.col("length_a") > 200).height
    assert boards == {"overall": FRAME.height - imported, "old": imported}
    assert slices.conditions_of("overall", ["model_a", "model_b"]) == ()


def test_the_shipped_slices_ask_for_columns_there_are() -> None:
    slices = shipped_slices()
    slices.refuse_unless_usable(sample_votes())
    assert len(slices.listed) >= 20
    assert {"overall", "hard", "expert", "code", "no-refusals"} <= slices.listed.keys()
    asked = {word for one in slices for word in re.findall(r"verticals, '(\w+)'", one.where or "")}
    assert asked == set(VERTICALS)


def test_the_votes_of_a_ledger_have_every_column_that_a_slice_may_ask_for() -> None:
    table = LivingTable(label_sources(shipped_labellers()))
    there = {name: dtype.base_type() for name, dtype in table.rows.schema.items()}
    text = {pl.String, pl.Categorical}  # one to a condition
    for name, dtype in slice_columns().items():
        assert there[name] in (text if dtype.base_type() in text else {dtype.base_type()}), name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[slice]\n", "is not TOML"),
        ("[[slice]]\nname = 'No id'\n", "slice number 1, id: Field required"),
        ("[[slice]]\nid = 'No Id'\nname = 'x'\n", "slice No Id, id: String should match"),
        ("[[slice]]\nid = 'x'\nname = 'x'\nwehre = 'y'\n", "slice x, wehre: Nothing here has"),
        ("slice = 3\n", "slice: Input should be"),
        ("[[slices]]\nid = 'x'\n", "slices: Nothing here has that name"),
        (GOOD + GOOD, "two slices have the id german: rename one"),
        (
            "[[slice]]\nid = 'x'\nname = 'x'\nwithin = 'y'\n",
            "the slice x is within y, which is not in the file",
        ),
        (
            CIRCLE,
            r"the slice x is within itself \(x within y within x\): leave out one",
        ),
        (CHAIN, "the slice s20 is within 20 others"),
        ("[[slice]]\nid = 'x'\nname = 'x'\nwithin = 'x'\n", r"itself \(x within x\)"),
        (
            "[[slice]]\nid = 'x'\nname = 'x'\nwhere = 'language ='\n",
            "the condition of the slice x is not an SQL condition",
        ),
        (
            "[[slice]]\nid = 'x'\nname = 'x'\nwhere = 'mood'\n",
            "the condition of the slice x looks at the column mood, and the votes have none",
        ),
        ("[[slice]]\nid = 'x'\nname = 'x'\nwhere = 'turn'\n", "gives Int32, not true or false"),
        ("[[slice]]\nid = 'x'\nname = 'x'\nwhere = 'weight > 0.5'\n", "the column weight, and"),
        (
            "[[slice]]\nid = 'x'\nname = 'x'\nwhere = 'CAST(language AS INT) > 3'\n",
            "the condition of the slice x cannot be answered",
        ),
        (
            "[[slice]]\nid = 'x'\nname = 'x'\nwhere = \"verticals = 'law'\"\n",
            "the condition of the slice x cannot be answered",
        ),
        (
            "[[slice]]\nid = 'x'\nname = 'x'\nwhere = \"DATE(language) > date '2026-01-01'\"\n",
            "the condition of the slice x cannot be answered",
        ),
    ],
)
def test_each_fault_of_a_file_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SliceError, match=said) as error:
        read_slices(write(tmp_path, text)).refuse_unless_usable(sample_votes())
    assert "slices.toml" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SliceError, match=r"nowhere\.toml cannot be read \(No such file"):
        read_slices(tmp_path / "nowhere.toml")
