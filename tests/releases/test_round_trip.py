"""Published sets that go into a ledger, out of it and into another: what is kept, and what not."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from exported import export
from importing import import_file, imported_votes
from opened import open_ledger
from tiltyard.battles.codecs import KNOWN_AS, arena_100k, arena_140k, chatbot_arena_33k
from tiltyard.battles.codecs.metadata import CRITERIA as CRITERIA_TYPE
from tiltyard.battles.conversations import messages
from tiltyard.battles.reading import read_battles
from tiltyard.ledger.engine import Ledger
from tiltyard.releases.exporting import Export

pytestmark = pytest.mark.anyio

SEEN = datetime(2025, 6, 2, 10, 30, 15, 250_000, tzinfo=UTC)
NAIVE = SEEN.replace(tzinfo=None)
IMPORTED = ("source = 'import:others'",)
SYSTEM = {"role": "system", "content": "Answer in verse."}
TALK = [
    {"role": "user", "content": "Why is the sky blue?"},
    {"role": "assistant", "content": 'Because of **"air"**.\n'},
    {"role": "user", "content": "And at night?"},
    {"role": "assistant", "content": "# Black"},
]
OTHER = [TALK[0], {"role": "assistant", "content": "No idea."}, TALK[2], TALK[3]]
BOTH = (("a", TALK), ("b", OTHER))
LEVELS = {f"h{level}": level for level in range(1, 7)}
OF_SIDE: dict[str, Any] = {
    "sum_assistant_{}_tokens": 7,
    "header_count_{}": LEVELS,
    "list_count_{}": {"ordered": 3, "unordered": 4},
    "bold_count_{}": {"**": 5, "__": 6},
    "context_{}_tokens": 8,
}
METADATA = {name.format(side): value for side in "ab" for name, value in OF_SIDE.items()}
METADATA |= {"sum_user_tokens": 9, "turns": 2}
CRITERIA = dict.fromkeys([field.name for field in CRITERIA_TYPE.fields], True)
TAGS = {
    "criteria_v0.1": CRITERIA,
    "if_v0.1": {"if": True, "score": 4},
    "math_v0.1": {"math": False},
}
CREATIVE = {"creative_writing_v0.1": {"creative_writing": True, "score": "yes"}}


def of_parts(talk: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
    part = {"type": "text", "image": None, "mimeType": None}
    return [{"role": one["role"], "content": [part | {"text": one["content"]}]} for one in talk]


def counted(talk: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
    return [one | {"num_tokens": 3} for one in talk]


def of_33k() -> pl.DataFrame:
    categories = dict.fromkeys(chatbot_arena_33k.CATEGORIES, False)
    moderation = {"categories": categories, "category_scores": None, "flagged": False}
    row = {
        "question_id": "q",
        "model_a": "x",
        "model_b": "y",
        "winner": "tie (bothbad)",
        "judge": "arena_user_7",
        "conversation_a": TALK,
        "conversation_b": OTHER,
        "turn": 2,
        "anony": True,
        "language": "German",
        "tstamp": SEEN.timestamp(),
        "openai_moderation": moderation,
        "toxic_chat_tag": {"t5-large": {"flagged": True, "score": 0.5}},
    }
    return pl.DataFrame([row], schema=chatbot_arena_33k.COLUMNS, strict=False)


def of_100k() -> pl.DataFrame:
    row = {
        "question_id": "q",
        "model_a": "x",
        "model_b": "y",
        "winner": "tie",
        "conversation_a": counted(TALK),
        "conversation_b": counted(OTHER),
        "turn": 2,
        "anony": True,
        "language": "German",
        "tstamp": SEEN.timestamp(),
        "conv_metadata": METADATA,
        "is_code": True,
        "is_refusal": False,
        "dedup_tag": {"high_freq": True, "sampled": False},
        "category_tag": TAGS,
        "judge_hash": "j",
    }
    return pl.DataFrame([row], schema=arena_100k.COLUMNS, strict=False)


def of_140k() -> pl.DataFrame:
    row = {
        "id": "q",
        "model_a": "x",
        "model_b": "y",
        "winner": "both_bad",
        "evaluation_session_id": "s",
        "evaluation_order": 3,
        "conversation_a": of_parts(TALK),
        "conversation_b": of_parts(OTHER),
        "conv_metadata": METADATA,
        "category_tag": TAGS | CREATIVE,
        "language": "de",
        "is_code": False,
        "timestamp": NAIVE,
    }
    return pl.DataFrame([row], schema=arena_140k.COLUMNS, strict=False)


def of_55k() -> pl.DataFrame:
    asked, said, other = (
        json.dumps([one["content"] for one in talk if one["role"] == role])
        for talk, role in ((TALK, "user"), (TALK, "assistant"), (OTHER, "assistant"))
    )
    row = {"id": "q", "model_a": "x", "model_b": "y", "prompt": asked}
    won = {"winner_model_a": 1, "winner_model_b": 0, "winner_tie": 0}
    return pl.DataFrame([row | {"response_a": said, "response_b": other} | won])


def of_comparia() -> pl.DataFrame:
    def whole(talk: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
        beside = {"user_content": None, "reasoning_content": None}
        return [SYSTEM | beside, *(one | beside for one in talk)]

    metadata = {
        **{f"{name}_{side}": 5 for name in ("tokens", "total_tokens") for side in "ab"},
        **{f"{name}_{side}": 0.5 for name in ("conso", "duration", "latency") for side in "ab"},
        "time_to_vote": 12.5,
        "categories": ["Natural Science & Formal Science & Technology"],
        "languages": ["fr", "en"],
        "short_summary": "The sky.",
    }
    row = {
        "response_id": "r",
        "choice": "b_better",
        **{f"response_{side}": whole(talk)[-2:] for side, talk in BOTH},
        **{f"full_conversation_{side}": whole(talk) for side, talk in BOTH},
        "turn": 2,
        "comparison_id": "q",
        "model_a": "x",
        "model_b": "y",
        "timestamp": NAIVE,
        "metadata": metadata,
        "web_search_results": [{"name": "Sky", "url": "https://sky.example", "content": "Blue."}],
    }
    return pl.DataFrame([row])


PUBLISHED: dict[str, Callable[[], pl.DataFrame]] = {
    "arena-33k": of_33k,
    "arena-100k": of_100k,
    "arena-140k": of_140k,
    "arena-55k": of_55k,
    "comparia-2": of_comparia,
}

CHANGED = {
    "arena-33k": {"judge"},
    "arena-100k": {"judge_hash", "conversation_a", "conversation_b"},
    "arena-140k": {"conversation_b", "full_conversation"},
    "arena-55k": {"id"},
}
"""Columns that come out otherwise than they went in: voters are pseudonyms, tokens of messages are
counted again, and so is the id where nothing else is told of a battle."""


async def out(ledger: Ledger, directory: Path, schema: str) -> Path:
    report = await export(ledger, directory, Export("text", schema, IMPORTED))
    assert report.rows == 1
    return directory / report.files[0]


@pytest.mark.parametrize("schema", PUBLISHED)
async def test_a_published_set_goes_out_in_its_schema_as_it_came_in(
    ledger_url: str, tmp_path: Path, schema: str
) -> None:
    published = PUBLISHED[schema]()
    published.write_parquet(tmp_path / "in.parquet")
    async with open_ledger(ledger_url) as ledger:
        report = await import_file(ledger, tmp_path / "in.parquet", schema=KNOWN_AS[schema])
        again = pl.read_parquet(await out(ledger, tmp_path / "out", schema))
    assert report.added == 1
    before, after = (without_nulls(frame.to_dicts()[0]) for frame in (published, again))
    for name in before.keys() - CHANGED.get(schema, set()):
        assert after[name] == before[name], name
    unkept = {"arena-100k": {"the field num_tokens of their messages": 1}}
    assert dict(report.lacking) == unkept.get(schema, {})


def without_nulls(value: Any) -> Any:  # noqa: ANN401  # of any type
    if isinstance(value, dict):
        plain = {key: without_nulls(one) for key, one in value.items()}
        return {key: one for key, one in plain.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("between", ["tiltyard", *PUBLISHED])
@pytest.mark.parametrize("schema", PUBLISHED)
async def test_votes_and_words_survive_every_way_from_ledger_to_ledger(
    tmp_path: Path, schema: str, between: str
) -> None:
    PUBLISHED[schema]().write_parquet(tmp_path / "in.parquet")
    said = []
    file, votes = tmp_path / "in.parquet", []
    for step in ("one", "two"):
        async with open_ledger(f"sqlite:///{tmp_path / step}") as ledger:
            assert (await import_file(ledger, file)).added == 1
            votes.append((await imported_votes(ledger)).to_dicts()[0])
            file = await out(ledger, tmp_path / f"out-{step}", between)
            said.append([messages(read_battles(file).frame, side).to_list() for side in "ab"])
    assert said[0] == said[1]
    first, second = votes
    untold = {"battle_id", "voter"}
    if "arena-55k" in (schema, between):
        untold |= {"voted_at", "settled_at"}
    if between == "arena-55k":
        untold |= {"outcome"} if first["outcome"] == "both_bad" else set()
    assert {key for key in first if first[key] != second[key]} <= untold
    system = [SYSTEM] if schema == "comparia-2" and between != "arena-55k" else []
    assert said[1][0] == [[*system, *TALK]]


async def test_the_own_schema_carries_a_sets_labels_into_another_ledger(tmp_path: Path) -> None:
    of_140k().write_parquet(tmp_path / "in.parquet")
    file = tmp_path / "in.parquet"
    for step, schema in (("one", "tiltyard"), ("two", "arena-140k")):
        async with open_ledger(f"sqlite:///{tmp_path / step}") as ledger:
            await import_file(ledger, file)
            file = await out(ledger, tmp_path / f"out-{step}", schema)
    (before,), (after,) = of_140k().to_dicts(), pl.read_parquet(file).to_dicts()
    for name in ("conv_metadata", "category_tag", "language", "is_code", "evaluation_order"):
        assert after[name] == before[name]


async def test_our_label_stands_where_a_set_said_nothing(tmp_path: Path) -> None:
    frame = of_140k().with_columns(category_tag=pl.lit(None))
    frame.write_parquet(tmp_path / "in.parquet")
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        await import_file(ledger, tmp_path / "in.parquet")
        (row,) = pl.read_parquet(await out(ledger, tmp_path / "out", "arena-100k")).to_dicts()
    assert row["language"] == "de"
    assert row["category_tag"] == {
        "criteria_v0.1": dict.fromkeys(CRITERIA),
        "if_v0.1": {"if": None, "score": None},
        "math_v0.1": {"math": None},
    }
