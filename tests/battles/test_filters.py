from datetime import UTC, datetime, timedelta
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiltyard.battles.errors import VotesError
from tiltyard.battles.filters import FILTERS, FilterReport, apply_filters
from tiltyard.battles.table import Battles

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def said(question: str | None, answer: str | None) -> list[dict[str, str | None]]:
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def table(rows: int, **columns: object) -> Battles:
    frame = pl.DataFrame(
        {
            "battle_id": [str(row) for row in range(rows)],
            "model_a": ["x", "y"] * (rows // 2) + ["x"] * (rows % 2),
            "model_b": ["y", "z"] * (rows // 2) + ["y"] * (rows % 2),
            "winner": ["tie"] * rows,
            **columns,
        }
    )
    return Battles.from_frame(frame)


def kept(battles: Battles, *steps: str) -> list[str]:
    return apply_filters(battles, steps)[0].frame["battle_id"].to_list()


def test_each_step_sees_what_the_one_before_left_and_reports_in_votes() -> None:
    battles = table(3, anony=[True, True, False], language=["de", "unknown", "de"], count=[1, 5, 2])
    left, reports = apply_filters(battles, ["anonymous", "known_language"])
    assert left.frame["battle_id"].to_list() == ["0"]
    assert reports == (
        FilterReport(
            "anonymous", 2, 6, "The names of the models were on show when the vote was cast."
        ),
        FilterReport("known_language", 5, 1, "The language is unknown."),
    )


def test_nothing_is_left_out_unless_asked_for() -> None:
    battles = table(3)
    left, reports = apply_filters(battles, [])
    assert left.frame.equals(battles.frame)
    assert reports == ()


def test_languages_are_chosen_in_any_case() -> None:
    battles = table(4, language=["English", "german", "French", None])
    assert kept(battles, "language=english, German") == ["0", "1"]
    with pytest.raises(VotesError, match="No vote has the language en; the most frequent are"):
        kept(battles, "language=en")


def test_models_are_left_out_by_name() -> None:
    assert kept(table(4), "without_models=z") == ["0", "2"]
    with pytest.raises(VotesError, match="no vote has q"):
        kept(table(4), "without_models=q")


def test_the_first_votes_of_a_voter_each_day_stay() -> None:
    hours = [0, 5, 1, 13, 2, 3]
    battles = table(
        6,
        voter=["v", "v", "v", "v", "w", None],
        voted_at=[NOON + timedelta(hours=hour) for hour in hours],
    )
    assert kept(battles, "daily_cap=2") == ["0", "2", "3", "4", "5"]


@pytest.mark.parametrize("value", ["0", "-1", "two"])
def test_a_cap_is_a_whole_number(value: str) -> None:
    with pytest.raises(VotesError, match="needs a whole number of votes from 1 upwards"):
        kept(table(1, voter=["v"], voted_at=[NOON]), f"daily_cap={value}")


TEXTS = [
    said("Hi", "Hello"),
    said("I like palm trees", "So do I"),
    said("Who are you?", "I am Claude."),
    said("Hi", "**API REQUEST ERROR** Reason: The response was blocked."),
    said("Hi", "I was say▌"),
    said("Hi", ""),
    said("Hi", None),
    said("Hi", "Napalmed"),
]


@pytest.mark.parametrize(
    ("step", "dropped"),
    [
        ("no_errors", ["3"]),
        ("finished", ["4"]),
        ("answered", ["5", "6"]),
        ("no_identity_words", ["1", "2", "7"]),
        ("no_leaks", ["2"]),
    ],
)
@pytest.mark.parametrize("side", ["conversation_a", "conversation_b"])
def test_conversations_are_searched_on_both_sides(step: str, dropped: list[str], side: str) -> None:
    plain = {name: [TEXTS[0]] * len(TEXTS) for name in ("conversation_a", "conversation_b")}
    battles = table(len(TEXTS), **{**plain, side: TEXTS})
    everything = [str(row) for row in range(len(TEXTS))]
    assert [row for row in everything if row not in kept(battles, step)] == dropped


def crowd() -> Battles:
    """Two prompts of 60 and 2 votes among 40 of one vote each."""
    prompts = ["hi"] * 60 + ["hello"] * 2 + [f"question {number}" for number in range(40)]
    return table(len(prompts), prompt=prompts)


def test_a_prompt_above_the_quantile_is_brought_down_to_it() -> None:
    battles = crowd()
    left, (report,) = apply_filters(battles, ["duplicates=0.97"])
    prompts = left.frame["prompt"].value_counts().sort("prompt")
    # The quantile of 40 ones, a two and a sixty lies at 40 - 1 + 0.77 of the way: 1.77 votes
    assert dict(prompts.rows())["hi"] == 1
    assert dict(prompts.rows())["hello"] == 1
    assert (report.dropped, report.kept) == (60, 42)


def test_the_votes_that_stay_do_not_depend_on_the_order() -> None:
    battles = crowd()
    rows = list(range(battles.frame.height))
    Random(5).shuffle(rows)
    shuffled = Battles(battles.frame[rows])
    assert set(kept(shuffled, "duplicates=0.98")) == set(kept(battles, "duplicates=0.98"))


def test_prompts_are_all_turns_of_the_person_in_the_conversation() -> None:
    twice = said("Hi", "Hello") + said("Why?", "Because")
    battles = table(4, conversation_a=[twice, twice, said("Hi", "Ho"), twice])
    assert kept(battles, "duplicates=0.4") == kept(battles, "duplicates=0.4")
    assert len(kept(battles, "duplicates=0.4")) == 2


def test_the_publishers_own_mark_of_duplicates_is_respected() -> None:
    tags = [
        {"high_freq": False, "sampled": True},
        {"high_freq": True, "sampled": True},
        {"high_freq": True, "sampled": False},
    ]
    assert kept(table(3, dedup_tag=tags), "published_duplicates") == ["0", "1"]


def test_a_second_vote_of_one_voter_on_one_turn_is_left_out() -> None:
    battles = table(4, battle_id=["1", "1", "1", None], voter=["v", "w", "v", "v"])
    assert apply_filters(battles, ["distinct"])[0].frame["voter"].to_list() == ["v", "w", "v"]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("anonymus", "There is no filter anonymus; there are anonymous, no_errors"),
        ("anonymous=yes", "anonymous takes no value: leave =yes out"),
        ("daily_cap", "daily_cap needs a value: write daily_cap=VOTES"),
        ("anonymous", "anonymous looks at anony, and the table has no column anony"),
        ("known_language", "looks at language, and the table has nothing in the column language"),
        ("no_errors", "needs the conversations, and the table has no column conversation_a"),
        ("duplicates=2", "2 is no percentile"),
        ("duplicates=many", "needs a percentile, as in 0.9999"),
    ],
)
def test_a_step_that_cannot_be_done_says_why(step: str, said: str) -> None:
    with pytest.raises(VotesError, match=said):
        apply_filters(table(2), [step])


def test_of_votes_on_one_turn_by_one_voter_the_earliest_stays() -> None:
    battles = table(
        3,
        battle_id=["1"] * 3,
        voter=["v"] * 3,
        voted_at=[None, NOON, NOON - timedelta(hours=1)],
        mood=["none", "late", "early"],
    )
    assert apply_filters(battles, ["distinct"])[0].frame["mood"].to_list() == ["early"]


EASILY_EQUAL = st.fixed_dictionaries(
    {
        "battle_id": st.sampled_from(["1", "2", None]),
        "model_a": st.sampled_from("xy"),
        "model_b": st.sampled_from("zw"),
        "winner": st.sampled_from(["a", "b", "tie"]),
        "voter": st.sampled_from(["v", "w", None]),
        "voted_at": st.sampled_from([NOON, NOON + timedelta(hours=1), None]),
        "count": st.integers(1, 3),
        "prompt": st.sampled_from(["Hi", "Hello", None]),
        "anony": st.sampled_from([True, False]),
        "language": st.sampled_from(["de", "unknown", None]),
        "mood": st.sampled_from([0.5, 1.5, None]),
        "dedup_tag": st.just({"high_freq": True, "sampled": True}),
        "conversation_a": st.sampled_from(TEXTS),
        "conversation_b": st.sampled_from(TEXTS),
    }
)
"""Votes among which many share a battle, a voter or a moment, and differ elsewhere."""


@pytest.mark.parametrize("name", FILTERS)
@given(votes=st.lists(EASILY_EQUAL, min_size=2, max_size=12), shuffle=st.randoms())
@settings(max_examples=25, deadline=None)
def test_no_step_looks_at_the_order_of_the_votes(
    name: str, votes: list[dict[str, object]], shuffle: Random
) -> None:
    values = {"daily_cap": "=2", "language": "=de", "without_models": "=x", "duplicates": "=0.5"}
    some = {"battle_id": "1", "voter": "v", "voted_at": NOON, "language": "de", "model_a": "x"}
    votes = [votes[0] | some, *votes]
    rows = list(range(len(votes)))
    shuffle.shuffle(rows)
    frame = Battles.from_frame(pl.DataFrame(votes, infer_schema_length=None)).frame
    one, other = (
        apply_filters(Battles(part), [name + values.get(name, "")])[0].frame
        for part in (frame, frame[rows])
    )
    assert sorted(map(repr, one.rows())) == sorted(map(repr, other.rows()))


def test_every_step_works_on_a_table_without_votes() -> None:
    columns: dict[str, type[pl.DataType] | pl.DataType] = {
        **dict.fromkeys(("model_a", "model_b", "winner"), pl.String),
        "anony": pl.Boolean,
        "language": pl.String,
        "dedup_tag": pl.Struct({"high_freq": pl.Boolean, "sampled": pl.Boolean}),
        "conversation_a": pl.List(pl.Struct({"role": pl.String, "content": pl.String})),
        "conversation_b": pl.List(pl.Struct({"role": pl.String, "content": pl.String})),
    }
    nothing = Battles.from_frame(pl.DataFrame(schema=columns))
    values = {"daily_cap": "=1", "language": "=de", "without_models": "=x"}
    steps = [name + values.get(name, "") for name in FILTERS]
    assert [report.kept for report in apply_filters(nothing, steps)[1]] == [0] * len(FILTERS)
