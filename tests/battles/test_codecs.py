"""Every published schema, written and read again, with every column it is published with."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tiltyard.battles.codecs import (
    CODECS,
    arena_55k,
    arena_100k,
    arena_140k,
    arena_expert_5k,
    chatbot_arena_33k,
    comparia_messages,
    comparia_reactions,
    comparia_turns,
    comparia_votes,
    copilot_arena,
    schema_of,
    search_arena,
)
from tiltyard.battles.conversations import messages
from tiltyard.battles.errors import VotesError
from tiltyard.battles.reading import read_battles
from tiltyard.battles.table import Battles
from tiltyard.battles.writing import write_battles

SEEN = datetime(2025, 6, 2, 10, 30, 15, 250_000)  # noqa: DTZ001  # these sets are published without a zone
ASKED, SAID = "Why is the sky blue?", "Because of **scattering**."
PLAIN = [{"role": "user", "content": ASKED}, {"role": "assistant", "content": SAID}]


def filled(columns: dict[str, pl.DataType], **given: list[Any]) -> pl.DataFrame:
    """A frame with something in every column, made up from its type where it is not given."""
    rows = len(next(iter(given.values())))
    made = {
        name: given.get(name, [example(dtype, f"{name} {row}") for row in range(rows)])
        for name, dtype in columns.items()
    }
    return pl.DataFrame(made, schema=columns)


def example(dtype: object, text: str) -> object:
    if isinstance(dtype, pl.List):
        return [example(dtype.inner, text)]
    if isinstance(dtype, pl.Struct):
        return {field.name: example(field.dtype, field.name) for field in dtype.fields}
    if isinstance(dtype, pl.Datetime):
        return SEEN
    values = {"String": text, "Boolean": True, "Float64": 0.25}
    return values.get(str(dtype), 3)


MODELS: dict[str, list[Any]] = {"model_a": ["x", "y", "x", "z"], "model_b": ["y", "x", "z", "x"]}
NAMED = {f"{side}_name": names for side, names in MODELS.items()}
TALK = [PLAIN] * 4


def plain_with(num_tokens: int) -> list[Any]:
    return [[{**message, "num_tokens": num_tokens} for message in PLAIN]] * 4


def with_fields(fields: dict[str, pl.DataType]) -> list[Any]:
    """The conversation in messages with all fields of a schema."""
    return [[example(pl.Struct(fields), "") | message for message in PLAIN]] * 4  # type: ignore[operator]  # a struct's example is a dict


def of_parts() -> list[Any]:
    def part(text: str) -> dict[str, Any]:
        return {"type": "text", "text": text, "image": None, "mimeType": None}

    return [[{**one, "content": [part(one["content"])]} for one in PLAIN]] * 4


PUBLISHED: dict[str, Callable[[], pl.DataFrame]] = {
    "chatbot_arena_33k": lambda: filled(
        chatbot_arena_33k.COLUMNS,
        winner=["model_a", "model_b", "tie", "tie (bothbad)"],
        tstamp=[1682351591.1322, 1682351592.0, 1682351593.5, 1682351594.123456],
        conversation_a=TALK,
        conversation_b=TALK,
        **MODELS,
    ),
    "arena_55k": lambda: filled(
        arena_55k.COLUMNS,
        prompt=[json.dumps([ASKED, "And \u00e9?"])] * 4,
        response_a=[json.dumps([SAID, "Yes."])] * 4,
        response_b=['["No.", null]'] * 4,
        winner_model_a=[1, 0, 0, 1],
        winner_model_b=[0, 1, 0, 0],
        winner_tie=[0, 0, 1, 0],
        **MODELS,
    ),
    "arena_100k": lambda: filled(
        arena_100k.COLUMNS,
        winner=["model_a", "model_b", "tie", "tie (bothbad)"],
        tstamp=[1718000000.25] * 4,
        conversation_a=plain_with(num_tokens=7),
        conversation_b=plain_with(num_tokens=9),
        **MODELS,
    ),
    "arena_140k": lambda: filled(
        arena_140k.COLUMNS,
        winner=["model_a", "model_b", "tie", "both_bad"],
        conversation_a=of_parts(),
        conversation_b=of_parts(),
        **MODELS,
    ),
    "arena_expert_5k": lambda: filled(
        arena_expert_5k.COLUMNS,
        winner=["model_a", "model_b", "tie", "both_bad"],
        conversation_a=[json.dumps(PLAIN)] * 4,
        conversation_b=[json.dumps(one) for one in of_parts()],
        **MODELS,
    ),
    "comparia_votes": lambda: filled(
        comparia_votes.COLUMNS,
        chosen_model_name=["x", "x", None, "z"],
        both_equal=[False, False, True, False],
        conversation_a=with_fields(comparia_messages.MESSAGE),
        conversation_b=with_fields(comparia_messages.MESSAGE),
        **NAMED,
    ),
    "comparia_turns": lambda: filled(
        comparia_turns.COLUMNS | comparia_turns.RAW,
        choice=["a_better", "b_better", "both_good", "both_bad"],
        response_a=with_fields(comparia_turns.MESSAGE),
        response_b=with_fields(comparia_turns.MESSAGE),
        **MODELS,
    ),
    "search_arena": lambda: filled(
        search_arena.COLUMNS,
        winner=["model_a", "model_b", "tie", "tie (bothbad)"],
        messages_a=TALK,
        messages_b=TALK,
        **MODELS,
    ),
    "copilot_arena": lambda: filled(copilot_arena.COLUMNS, acceptedIndex=[0, 1, 1, 0], **MODELS),
}


@pytest.mark.parametrize("schema", PUBLISHED)
@pytest.mark.parametrize("ending", ["parquet", "jsonl", "json"])
def test_a_published_table_is_read_and_written_back_column_by_column(
    tmp_path: Path, schema: str, ending: str
) -> None:
    published = PUBLISHED[schema]()
    source = tmp_path / "published.parquet"
    published.write_parquet(source)
    votes = read_battles(source)
    write_battles(votes, tmp_path / f"again.{ending}", schema=schema)
    again = read_battles(tmp_path / f"again.{ending}")
    assert_frame_equal(again.frame, votes.frame, check_dtypes=ending == "parquet")
    if ending == "parquet":
        written = pl.read_parquet(tmp_path / "again.parquet")
        assert_frame_equal(written, published, check_column_order=True)


def test_the_kaggle_csv_is_read_and_written_back_to_the_byte(tmp_path: Path) -> None:
    published = PUBLISHED["arena_55k"]().with_columns(id=pl.Series(["30192", "1", "2", "3"]))
    published.write_csv(tmp_path / "train.csv")
    write_battles(read_battles(tmp_path / "train.csv"), tmp_path / "out.csv", schema="arena_55k")
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "train.csv").read_bytes()


@pytest.mark.parametrize("schema", PUBLISHED)
def test_a_schema_is_known_by_its_columns(schema: str) -> None:
    codec = schema_of(PUBLISHED[schema]().columns)
    assert codec is not None
    assert codec.name == schema


EXPECTED = {
    "battle_id": "conversation_pair_id 0",
    "model_a": "x",
    "model_b": "y",
    "outcome": "a",
    "voter": "visitor_id 0",
    "turn": 3,
}


def test_the_columns_of_a_schema_fill_the_battles_table(tmp_path: Path) -> None:
    PUBLISHED["comparia_votes"]().write_parquet(tmp_path / "votes.parquet")
    row = read_battles(tmp_path / "votes.parquet").frame.row(0, named=True)
    assert {name: row[name] for name in EXPECTED} == EXPECTED
    assert row["voted_at"].isoformat() == "2025-06-02T10:30:15.250000+00:00"


def test_the_first_language_of_a_turn_is_its_language(tmp_path: Path) -> None:
    table = PUBLISHED["comparia_turns"]()
    table.write_parquet(tmp_path / "turns.parquet")
    assert read_battles(tmp_path / "turns.parquet").frame["language"].unique().to_list() == [
        "languages"
    ]


def conversing() -> Battles:
    frame = pl.DataFrame(
        {
            "battle_id": ["1", "2"],
            **{side: names[:2] for side, names in MODELS.items()},
            "outcome": ["a", "b"],
            "voter": ["v", "w"],
            "voted_at": [SEEN, SEEN],
            "turn": [1, 1],
            "conversation_a": TALK[:2],
            "conversation_b": TALK[:2],
        }
    )
    return Battles.from_frame(frame)


@pytest.mark.parametrize("schema", CODECS)
def test_votes_can_be_written_in_every_schema_with_their_conversations(
    tmp_path: Path, schema: str
) -> None:
    votes = conversing()
    file = tmp_path / ("votes.json" if schema in {"fastchat_log", "pair_counts"} else "v.parquet")
    write_battles(votes, file, schema=schema)
    again = read_battles(file)
    columns = ["model_a", "model_b", "outcome"]
    as_text = [pl.col(columns).cast(pl.String)]
    expected = votes.frame.select(as_text).sort(columns)
    if schema == "pair_counts":
        assert again.pairs.votes.totals.tolist() == [2]
        return
    assert_frame_equal(again.frame.select(as_text).sort(columns), expected)
    said = [
        [message for message in talk if schema != "copilot_arena" or message["role"] != "user"]
        for talk in TALK[:2]
    ]
    assert messages(again.frame, "b").to_list() == said


SHORT = {"battles": "parquet", "fastchat_log": "jsonl", "pair_counts": "json"}
UNDECIDED = ("tie", "both_bad")
MERGED = {"arena_55k", "comparia_votes"}


@pytest.mark.parametrize("source", PUBLISHED)
@pytest.mark.parametrize("schema", [name for name in CODECS if name != "pair_counts"])
@pytest.mark.parametrize("ending", ["parquet", "jsonl"])
def test_models_outcomes_and_texts_come_from_every_schema_into_every_other(
    tmp_path: Path, source: str, schema: str, ending: str
) -> None:
    PUBLISHED[source]().write_parquet(tmp_path / "published.parquet")
    read = read_battles(tmp_path / "published.parquet").frame
    if schema == "copilot_arena":
        read = read.filter(~pl.col("outcome").is_in(UNDECIDED))
    file = tmp_path / f"again.{'jsonl' if schema == 'fastchat_log' else ending}"
    write_battles(Battles(read), file, schema=schema)
    again = read_battles(file).frame
    order = ["model_a", "model_b", "outcome"]
    if schema in MERGED:
        read = read.with_columns(pl.col("outcome").cast(pl.String).replace("both_bad", "tie"))
    before, after = (comparable(frame, order) for frame in (read, again))
    assert [row[:3] for row in after] == [row[:3] for row in before]
    if "copilot_arena" not in {source, schema}:
        assert [row[3:] for row in after] == [row[3:] for row in before]
    elif schema == "copilot_arena":
        assert [answers_of(row) for row in after] == [answers_of(row) for row in before]


def comparable(frame: pl.DataFrame, order: list[str]) -> list[tuple[Any, ...]]:
    """Models, outcome and what was said on both sides, in an order of their own."""
    rows = frame.select(pl.col(order).cast(pl.String)).rows()
    said = [messages(frame, side).to_list() for side in "ab"]
    return sorted(
        ((*row, *(spoken(talk) for talk in both)) for row, *both in zip(rows, *said, strict=True)),
        key=repr,
    )


def spoken(talk: list[dict[str, str | None]] | None) -> list[tuple[str, str]]:
    return [(one["role"] or "", one["content"] or "") for one in talk or []]


def answers_of(row: tuple[Any, ...]) -> list[str]:
    return ["\n".join(text for role, text in talk if role == "assistant") for talk in row[3:]]


VOTES = st.fixed_dictionaries(
    {
        "battle_id": st.sampled_from(["1", "2", "unnamed", None]),
        "model_a": st.sampled_from("xyz"),
        "model_b": st.sampled_from("xyz"),
        "outcome": st.sampled_from(["a", "b", "tie", "both_bad"]),
        "voter": st.sampled_from(["v", "w", None]),
        "voted_at": st.sampled_from([SEEN, None]),
        "turn": st.sampled_from([1, 2, None]),
        "count": st.integers(0, 3),
    }
)


@pytest.mark.parametrize("schema", CODECS)
@given(rows=st.lists(VOTES, min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_as_many_votes_are_read_as_were_written_or_a_sentence_says_why(
    tmp_path_factory: pytest.TempPathFactory, schema: str, rows: list[dict[str, Any]]
) -> None:
    types: dict[str, pl.DataType] = {"turn": pl.Int32(), "voted_at": pl.Datetime("us")}
    types |= dict.fromkeys(("voter", "battle_id"), pl.String())
    frame = pl.DataFrame(rows, schema_overrides=types)
    votes = Battles.from_frame(frame)
    file = tmp_path_factory.mktemp("votes") / f"votes.{SHORT.get(schema, 'jsonl')}"
    try:
        write_battles(votes, file, schema=schema)
    except VotesError as error:
        assert re.search("ties or both-bad|have the battle_id and turn", str(error))  # noqa: PT017
        return
    written = int(votes.frame["count"].sum())
    if written == 0:
        return
    again = read_battles(file)
    lost = written - int(again.frame["count"].sum())
    if schema == "pair_counts":  # which has no room for a model against itself
        lost -= sum(votes.pairs.self_battles.values())
    assert lost == sum(note.rows for note in again.notes if note.kind in {"no_vote", "no_pair_id"})
    if schema not in {"pair_counts", "battles"}:
        expected = [
            name
            for name, count in zip(frame["model_a"], frame["count"], strict=True)
            for _ in range(count)
        ]
        assert sorted(again.frame["model_a"].cast(pl.String).to_list()) == sorted(expected)


def test_reactions_without_a_pair_of_conversations_are_left_out_and_said_to_be(
    tmp_path: Path,
) -> None:
    frame = filled(
        comparia_reactions.COLUMNS,
        conversation_pair_id=["p", None, None],
        model_pos=["a", "a", "b"],
        liked=[True] * 3,
        disliked=[False] * 3,
    )
    frame.write_parquet(tmp_path / "reactions.parquet")
    votes = read_battles(tmp_path / "reactions.parquet")
    assert votes.frame["battle_id"].to_list() == ["p"]
    said = [(note.kind, note.rows, note.message) for note in votes.notes]
    assert said == [("no_pair_id", 2, "2 reactions left out: the conversation_pair_id is empty.")]


def test_a_vote_on_a_turn_is_on_the_conversation_up_to_it(tmp_path: Path) -> None:
    before = [
        *PLAIN,
        {"role": "user", "content": "And at night?"},
        {"role": "assistant", "content": "No."},
    ]
    after = [
        *before,
        {"role": "user", "content": "Thanks"},
        {"role": "assistant", "content": "Bye"},
    ]
    frame = filled(
        comparia_turns.COLUMNS,
        choice=["a_better", "b_better"],
        **{f"response_{side}": [before[2:]] * 2 for side in "ab"},
        **{f"full_conversation_{side}": [before, after] for side in "ab"},
    )
    frame.write_parquet(tmp_path / "turns.parquet")
    said = messages(read_battles(tmp_path / "turns.parquet").frame, "a").to_list()
    assert said == [before, before[2:]]


def test_thumbs_on_the_two_answers_of_a_turn_are_one_vote(tmp_path: Path) -> None:
    thumbs = [
        ("p", 0, "a", True, False),
        ("p", 1, "a", False, True),
        ("q", 0, "a", True, False),
        ("q", 0, "b", True, False),
        ("r", 0, "a", False, True),
        ("r", 0, "b", False, True),
        ("s", 0, "b", None, None),
    ]
    pair, rank, side, liked, disliked = (list(column) for column in zip(*thumbs, strict=True))
    frame = filled(
        comparia_reactions.COLUMNS,
        conversation_pair_id=pair,
        msg_rank=rank,
        model_pos=side,
        liked=liked,
        disliked=disliked,
        model_a_name=["x"] * 7,
        model_b_name=["y"] * 7,
    )
    frame.write_parquet(tmp_path / "reactions.parquet")
    votes = read_battles(tmp_path / "reactions.parquet")
    assert votes.frame.select("battle_id", "turn", "outcome").rows() == [
        ("p", 0, "a"),
        ("p", 1, "b"),
        ("q", 0, "tie"),
        ("r", 0, "both_bad"),
    ]
    assert [(note.kind, note.rows) for note in votes.notes] == [("no_vote", 1)]
    write_battles(votes, tmp_path / "again.parquet", schema="comparia_reactions")
    kept = frame.filter(pl.col("conversation_pair_id") != "s")
    assert_frame_equal(pl.read_parquet(tmp_path / "again.parquet"), kept)


def test_what_a_schema_cannot_say_is_refused_in_a_sentence(tmp_path: Path) -> None:
    ties = Battles.from_frame(pl.DataFrame({"model_a": ["x"], "model_b": ["y"], "winner": ["tie"]}))
    with pytest.raises(VotesError, match="1 of these votes are ties or both-bad"):
        write_battles(ties, tmp_path / "v.csv", schema="copilot_arena")
    heavy = Battles(ties.frame.with_columns(weight=2.0))
    with pytest.raises(VotesError, match="weights, which pair_counts cannot say"):
        write_battles(heavy, tmp_path / "v.json", schema="pair_counts")
