"""The columns of published schemas are filled from what the ledger knows, in their own shapes."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
import pytest

from exported import CARDS, LONG_AGO, OWL, battle, export, preview, read_parts, record
from opened import open_ledger
from tiltyard.battles.codecs import CODECS, KNOWN_AS, arena_100k, arena_140k, comparia_turns
from tiltyard.battles.codecs.metadata import CONVERSATION_METADATA
from tiltyard.labels.markdown_counts import LEVELS, count_all_levels, count_markdown_regex
from tiltyard.ledger import history, labels
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.labels import FoundLabel
from tiltyard.ledger.records import Battle
from tiltyard.releases.exporting import Export

pytestmark = pytest.mark.anyio

FIRST, SECOND = "# One\n\n### Three\n\n- a\n- **b**\n\n1. c", "__Dark__. And **cold**, **very**.\n"
ASKED = ("Why is the sky blue?", "And at night?")


def marked() -> Battle:
    """Two turns, of which side a's answers have marks of all kinds."""
    return battle(1, asked=ASKED, said=((FIRST, "Light."), (SECOND, "## Two\nStars.")))


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        yield ledger


async def exported(ledger: Ledger, out: Path, schema: str) -> pl.DataFrame:
    await export(ledger, out, Export("text", schema))
    return read_parts(out, schema)


@pytest.mark.parametrize("schema", ["arena-140k", "arena-100k"])
async def test_marks_and_tokens_stand_where_the_published_sets_have_them(
    ledger: Ledger, tmp_path: Path, schema: str
) -> None:
    await record(ledger, [marked()])
    frame = await exported(ledger, tmp_path, schema)
    assert frame.schema["conv_metadata"] == CONVERSATION_METADATA
    levels = dict.fromkeys(LEVELS, 0)
    assert frame["conv_metadata"][0] == {
        "turns": 2,
        "sum_user_tokens": 10,
        "sum_assistant_a_tokens": 32,
        "context_a_tokens": 27,
        "header_count_a": levels | {"h1": 1, "h3": 1},
        "list_count_a": {"ordered": 1, "unordered": 2},
        "bold_count_a": {"**": 3, "__": 1},
        "sum_assistant_b_tokens": 7,
        "context_b_tokens": 12,
        "header_count_b": levels | {"h2": 1},
        "list_count_b": {"ordered": 0, "unordered": 0},
        "bold_count_b": {"**": 0, "__": 0},
    }


async def test_messages_have_their_tokens_and_turns_stand_side_by_side(
    ledger: Ledger, tmp_path: Path
) -> None:
    await record(ledger, [marked()])
    (row,) = (await exported(ledger, tmp_path / "140", "arena-140k")).to_dicts()
    assert [text_of(one) for one in row["conversation_b"]] == [
        ASKED[0],
        "Light.",
        ASKED[1],
        "## Two\nStars.",
    ]
    assert [one["num_tokens"] for one in row["conversation_b"]] == [6, 2, 4, 5]
    assert [
        {side: (one["role"], text_of(one)) for side, one in turn.items()}
        for turn in row["full_conversation"]
    ] == [
        {
            "user": ("user", asked),
            "model_side_a": ("assistant", a),
            "model_side_b": ("assistant", b),
        }
        for asked, a, b in zip(ASKED, (FIRST, SECOND), ("Light.", "## Two\nStars."), strict=True)
    ]
    frame = await exported(ledger, tmp_path / "100", "arena-100k")
    assert frame.schema["conversation_a"] == arena_100k.CONVERSATION
    assert [one["num_tokens"] for one in frame["conversation_b"][0]] == [6, 2, 4, 5]


def text_of(message: dict[str, Any]) -> str:
    (part,) = message["content"]
    return str(part["text"])


async def test_labels_are_in_the_structs_of_the_published_sets(
    ledger: Ledger, tmp_path: Path
) -> None:
    await record(ledger, [marked()])
    found = {
        "category": {"code": True, "maths": True, "creative_writing": False},
        "hard": {"hard_creativity": True, "hard_real_world": False},
        "refusal": {"refusal_a": False, "refusal_b": True},
    }
    async with ledger.writing() as connection:
        told = [FoundLabel(marked().id, name, "1", value, None) for name, value in found.items()]
        await labels.add_labels(connection, told, datetime.now(UTC))
    (row,) = (await exported(ledger, tmp_path / "100", "arena-100k")).to_dicts()
    assert (row["is_code"], row["is_refusal"]) == (True, True)
    assert row["category_tag"]["math_v0.1"] == {"math": True}
    assert row["category_tag"]["criteria_v0.1"]["creativity"]
    assert row["category_tag"]["criteria_v0.1"]["complexity"] is None
    frame = await exported(ledger, tmp_path / "140", "arena-140k")
    assert frame.schema["category_tag"] == arena_140k.COLUMNS["category_tag"]
    tags = frame["category_tag"][0]
    assert tags["creative_writing_v0.1"] == {"creative_writing": False, "score": None}


async def test_what_answers_took_is_told_in_the_columns_of_comparia(
    ledger: Ledger, tmp_path: Path
) -> None:
    await record(ledger, [])
    for one in (marked(), replace(marked(), id=UUID(int=2, version=4), sides=previewed())):
        receipts = [replace(vote, receipt=str(one.id)) for vote in one.votes]
        await record_with_times(ledger, replace(one, votes=receipts))
    frame = await exported(ledger, tmp_path, "comparia-2")
    assert frame.schema["metadata"] == comparia_turns.COLUMNS["metadata"]
    known, hidden = (row["metadata"] for row in frame.to_dicts())
    assert known["tokens_a"], known["total_tokens_a"] == (20, 30)
    assert (known["duration_b"], known["latency_b"]) == (2.5, 0.25)
    assert (known["time_to_vote"], known["mode"]) == (4.0, "random")
    assert known["conso_a"] is None
    assert (hidden["tokens_a"], hidden["latency_a"]) == (None, None)
    assert hidden["tokens_b"] == 20
    assert frame["response_id"][0] == f"{marked().id}-2"


def previewed() -> Any:  # noqa: ANN401  # sides
    return battle(9, sides=(preview(), CARDS[OWL])).sides


async def record_with_times(ledger: Ledger, one: Battle) -> None:
    from sqlalchemy import update  # noqa: PLC0415

    from tiltyard.ledger.tables import attempts  # noqa: PLC0415

    async with ledger.writing() as connection:
        await history.add_history(connection, [one])
        for turn in (1, 2):
            took = {
                "output_tokens": 10 * turn,
                "duration_ms": 2500,
                "first_text_ms": 250,
                "ended_at": LONG_AGO + timedelta(seconds=56),
            }
            mine = (attempts.c.battle == one.id, attempts.c.turn == turn)
            await connection.execute(update(attempts).where(*mine).values(**took))


MADE_OF_WORDS = {"conversation_a", "conversation_b", "full_conversation", "conv_metadata"}


@pytest.mark.parametrize("schema", [*KNOWN_AS])
async def test_a_battle_without_words_leaves_what_is_made_of_words_empty(
    ledger: Ledger, tmp_path: Path, schema: str
) -> None:
    await record(ledger, [battle(1, asked=("",), said=(("", ""),))])
    (row,) = (await exported(ledger, tmp_path, schema)).to_dicts()
    for name in MADE_OF_WORDS & row.keys():
        value = row[name]
        if isinstance(value, dict):
            value = {key: one for key, one in leaves(value).items() if not key.endswith("turns")}
            assert set(value.values()) == {None}
        else:
            assert value is None
    assert CODECS[KNOWN_AS[schema]].signature <= row.keys()


def leaves(value: dict[str, Any], at: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, one in value.items():
        found |= leaves(one, f"{at}/{key}") if isinstance(one, dict) else {f"{at}/{key}": one}
    return found


@pytest.mark.parametrize("text", ["# a\n## b\n###### c\n#d", "```\n# no\n```\n# yes", ""])
def test_headers_by_level_are_the_headers_that_the_published_expression_counts(text: str) -> None:
    found = count_all_levels(pl.Series([text], dtype=pl.String))
    assert sum(found.row(0)) == count_markdown_regex(text).headers
