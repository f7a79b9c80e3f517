"""What published sets say of their battles comes along, and never as if we had found it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
import pytest
from sqlalchemy import select

from importing import battle_ids, import_file
from opened import open_ledger
from tiltyard.battles.codecs import OWN
from tiltyard.boards.living.table import LivingTable
from tiltyard.boards.slices.columns import slice_columns
from tiltyard.imports.publishers import WEIGHTS, labels_of_publishers
from tiltyard.imports.removing import remove_source
from tiltyard.labels.labellers import label_sources, shipped_labellers
from tiltyard.labels.occupations import OCCUPATIONS
from tiltyard.ledger import tables
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.erasing import forget_battle
from tiltyard.ledger.reading import read_battles
from tiltyard.ledger.records import Battle
from tiltyard.worker.labelling import Labelling

pytestmark = pytest.mark.anyio

SYSTEM = "You are a pirate."
TALK = [
    {"role": "system", "content": SYSTEM},
    {"role": "user", "content": "Why is the sky blue?"},
    {"role": "assistant", "content": "Arr, **scattering**."},
]
ROW: dict[str, Any] = {"id": "1", "model_a": "x", "model_b": "y", "winner": "model_a"}
CRITERIA = ("complexity", "creativity", "domain_knowledge", "problem_solving", "real_world")
HARD = dict.fromkeys((*CRITERIA, "specificity"), True) | {"technical_accuracy": False}
OF_100K = {
    "question_id": "q",
    "judge_hash": "j",
    "language": "English",
    "is_code": True,
    "is_refusal": False,
    "conv_metadata": {"turns": 1, "bold_count_a": {"**": 1, "__": 0}},
    "category_tag": {
        "criteria_v0.1": HARD,
        "if_v0.1": {"if": False, "score": 4},
        "math_v0.1": {"math": False},
    },
}


def lines(directory: Path, *rows: dict[str, Any]) -> Path:
    file = directory / "votes.jsonl"
    file.write_text("".join(json.dumps(ROW | row) + "\n" for row in rows))
    return file


async def labels_in(ledger: Ledger) -> list[tuple[str, str, Any]]:
    columns = (tables.labels.c.labeller, tables.labels.c.labeller_version, tables.labels.c.value)
    async with ledger.reading() as connection:
        return [tuple(row) for row in await connection.execute(select(*columns))]


async def only_battle(ledger: Ledger) -> Battle:
    (id_,) = await battle_ids(ledger)
    async with ledger.reading() as connection:
        (battle,) = await read_battles(connection, [UUID(id_)])
    return battle


async def living(ledger: Ledger) -> dict[str, Any]:
    table = LivingTable(label_sources(shipped_labellers()))
    await ledger.in_thread(lambda connection: table.catch_up(connection, 0.0))
    (row,) = table.rows.to_dicts()
    return row


async def test_labels_of_a_set_are_its_publishers(ledger_url: str, tmp_path: Path) -> None:
    async with open_ledger(ledger_url) as ledger:
        await import_file(ledger, lines(tmp_path, OF_100K))
        ((labeller, version, value),) = await labels_in(ledger)
        row = await living(ledger)
    assert (labeller, version) == ("published", "arena_100k")
    columns = value["columns"]
    assert columns.pop("battle_id") == "q"
    assert columns == {name: OF_100K[name] for name in columns}
    assert {"language", "is_code", "is_refusal", "conv_metadata", "category_tag"} == {*columns}
    assert row["published_language"] == "English"
    assert row["published_hard"]
    assert row["published_code"]
    assert row["published_maths"] is row["published_refusal"] is False
    assert row["published_topics"] is None
    assert row["code"] is row["language"] is None


async def test_our_labellers_label_imported_battles_and_their_labels_stand_beside(
    tmp_path: Path,
) -> None:
    row = OF_100K | {"language": "Klingon", "conversation_a": TALK, "conversation_b": TALK}
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        await import_file(ledger, lines(tmp_path, row))
        assert await Labelling(ledger).label_all() == 1
        found = await living(ledger)
    assert (found["language"], found["published_language"]) == ("en", "Klingon")
    assert (found["code"], found["published_code"]) == (False, True)


async def test_occupations_and_topics_are_lists(tmp_path: Path) -> None:
    tags = {name: name in {"travel", "education"} for name in OCCUPATIONS}
    for row, column, names in (
        ({"occupational_tags": tags}, "published_occupations", ["education", "travel"]),
        ({"metadata": {"categories": ["Travel"]}}, "published_topics", ["Travel"]),
        ({"categories": ["Cooking"]}, "published_topics", ["Cooking"]),
    ):
        async with open_ledger(f"sqlite:///{tmp_path / column}{names[0]}") as ledger:
            await import_file(ledger, lines(tmp_path, row))
            assert (await living(ledger))[column] == names


def test_slices_may_ask_for_published_labels() -> None:
    assert slice_columns()["published_code"] == pl.Boolean
    assert slice_columns()["published_occupations"] == pl.List(pl.String)


async def test_a_battle_of_which_nothing_is_said_has_no_label(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"is_code": True}, {"id": "2", "is_code": None}, {"id": "3"}]
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        assert (await import_file(ledger, lines(tmp_path, *rows))).added == 3
        assert len(await labels_in(ledger)) == 1


async def test_odd_characters_and_types_in_labels_break_nothing(
    ledger_url: str, tmp_path: Path
) -> None:
    odd = {"language": 'a\x00"b\\u0000', "is_code": "perhaps", "category_tag": "[1]"}
    async with open_ledger(ledger_url) as ledger:
        await import_file(ledger, lines(tmp_path, odd))
        ((_, _, value),) = await labels_in(ledger)
        assert (await living(ledger))["published_code"] is None
    assert value["columns"]["language"].startswith('a\ufffd"b')
    assert value["columns"]["is_code"] == "perhaps"


async def test_weights_are_kept_as_a_label_and_said_not_to_count(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"weight": 2.5},
        {"id": "2", "weight": 0.5},
        {"id": "3", "weight": 1.0},
    ]
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        report = await import_file(ledger, lines(tmp_path, *rows))
        weights = [value["columns"]["weight"] for _, _, value in await labels_in(ledger)]
    assert report.lacking == {WEIGHTS: 2}
    assert sorted(weights) == [0.5, 2.5]


async def test_a_row_that_stands_for_no_vote_is_counted(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"count": 0}, {"id": "2", "count": 1}]
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        report = await import_file(ledger, lines(tmp_path, *rows))
    assert report.added == 1
    assert report.skipped == {"its count is 0, so it stands for no vote": 1}


@pytest.mark.parametrize(
    "row",
    [
        {"conversation_a": TALK, "conversation_b": TALK[1:]},
        {"conversation_a": TALK[1:], "conversation_b": TALK[1:], "system_prompt_a": SYSTEM},
        {"conversation_a": json.dumps(TALK), "conversation_b": json.dumps(TALK[1:])},
    ],
)
async def test_what_a_model_was_told_is_a_part_of_its_side(
    ledger_url: str, tmp_path: Path, row: dict[str, Any]
) -> None:
    async with open_ledger(ledger_url) as ledger:
        report = await import_file(ledger, lines(tmp_path, row))
        battle = await only_battle(ledger)
    assert [side.components for side in battle.sides] == [
        {"model": "x", "system": SYSTEM},
        {"model": "y"},
    ]
    assert len(battle.turns) == 1
    assert battle.attempt(1, "a").text == "Arr, **scattering**."
    assert report.lacking == {}


async def test_the_system_message_of_a_logged_state_is_kept(tmp_path: Path) -> None:
    states = [
        {
            "model_name": name,
            "system_message": SYSTEM,
            "messages": [["user", said], ["assistant", "Hello"]],
        }
        for name, said in (("x", "Hi"), ("y", ["Hi", ["a photo"]]))
    ]
    vote = {"tstamp": 1.7e9, "type": "leftvote", "models": ["", ""], "states": states, "ip": "::1"}
    (tmp_path / "log.json").write_text(json.dumps(vote) + "\n")
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        report = await import_file(ledger, tmp_path / "log.json")
        battle = await only_battle(ledger)
    assert [side.components.get("system") for side in battle.sides] == [SYSTEM] * 2
    assert list(report.lacking.values()) == [1]
    assert "images in their messages" in next(iter(report.lacking))


def of_parts(image: str) -> list[dict[str, Any]]:
    text = {"type": "text", "text": "What is this?", "image": None, "mimeType": None}
    picture = {"type": "image", "text": None, "image": image, "mimeType": "image/png"}
    answer = {"type": "text", "text": "A cat.", "image": None, "mimeType": None}
    return [
        {"role": "user", "content": [text, picture]},
        {"role": "assistant", "content": [answer]},
    ]


async def test_names_of_images_are_parts_and_images_themselves_are_counted(
    ledger_url: str, tmp_path: Path
) -> None:
    for number, image in enumerate(('https://cats.example/"1".png', "iVBORw0K" * 999)):
        talk = of_parts(image)
        row = {"id": str(number), "conversation_a": talk, "conversation_b": talk}
        async with open_ledger(ledger_url if number else f"sqlite:///{tmp_path / 'l'}") as ledger:
            report = await import_file(ledger, lines(tmp_path, row))
            (turn,) = (await only_battle(ledger)).turns
        text, *pictures = turn.parts
        assert text == {"type": "text", "text": "What is this?"}
        if number == 0:
            data = {"reference": image, "media_type": "image/png"}
            assert pictures == [{"type": "image", "text": "", "data": data}]
            assert report.lacking == {}
        else:
            assert pictures == []
            assert list(report.lacking.values()) == [1]


async def test_reasoning_is_kept_and_other_fields_and_columns_are_named(tmp_path: Path) -> None:
    talk = [
        {"role": "user", "content": "Hi", "reasoning_content": None, "mood": None},
        {"role": "tool", "content": "42", "reasoning_content": None, "mood": None},
        {"role": "assistant", "content": "Ho", "reasoning_content": "Hm.", "mood": "glad"},
    ]
    row = {"conversation_a": talk, "conversation_b": talk, "shoe_size": 43}
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        report = await import_file(ledger, lines(tmp_path, row, {"id": "2", "shoe_size": None}))
        async with ledger.reading() as connection:
            reasoning = list(await connection.scalars(select(tables.attempts.c.reasoning)))
    assert reasoning == ["Hm."] * 2
    assert report.lacking == {
        "the field mood of their messages": 1,
        "messages of other roles than the person's and the model's": 1,
        "the column shoe_size": 1,
    }


async def test_tags_and_comments_of_an_export_are_the_votes(tmp_path: Path) -> None:
    row = {"tags": ["clear", 'so "good"'], "comment": "Short."}
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        await import_file(ledger, lines(tmp_path, row))
        vote = (await only_battle(ledger)).vote
    assert vote is not None
    assert (vote.tags, vote.comment) == (["clear", 'so "good"'], "Short.")


@pytest.mark.parametrize("whole_source", [False, True])
async def test_forgetting_an_imported_battle_forgets_what_came_with_it(
    ledger_url: str, tmp_path: Path, *, whole_source: bool
) -> None:
    row = OF_100K | {"conversation_a": TALK, "conversation_b": TALK}
    async with open_ledger(ledger_url) as ledger:
        await import_file(ledger, lines(tmp_path, row))
        battle = await only_battle(ledger)
        if whole_source:
            await remove_source(ledger, "others")
        else:
            async with ledger.writing() as connection:
                await forget_battle(connection, battle.id, datetime.now(UTC))
        assert await labels_in(ledger) == []
        forgotten = await only_battle(ledger)
    assert SYSTEM not in repr(forgotten.sides)
    assert whole_source or forgotten.sides[0].components == {"model": "x"}
    assert forgotten.turns[0].parts == []


async def test_the_same_file_again_adds_no_label(tmp_path: Path) -> None:
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        for known in (0, 1):
            report = await import_file(ledger, lines(tmp_path, OF_100K | {"weight": 2}))
            assert (report.known, report.lacking) == (known, {} if known else {WEIGHTS: 1})
        assert len(await labels_in(ledger)) == 1


def test_an_export_of_another_tiltyard_has_labels_of_its_own_and_of_others() -> None:
    passed_on = json.dumps({"published_code": False})
    frame = pl.DataFrame(
        {
            "id": ["1" * 32, "2" * 32],
            "battle_id": ["one", "two"],
            "published": [None, passed_on],
            "code": [True, True],
        }
    )
    labels = labels_of_publishers(frame, OWN.name)
    assert labels["battle"].to_list() == frame["id"].to_list()
    first, second = map(json.loads, labels["value"])
    assert first["published_code"] is True
    assert second == json.loads(passed_on)
