from pathlib import Path

import numpy as np
import polars as pl
import pytest

from synthetic_votes import synthetic_votes
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.errors import RecipeError
from tiltyard.boards.ranking import rank
from tiltyard.boards.recipes.controls import Control
from tiltyard.boards.recipes.recipe import Recipe


def errors(board: Board) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([row.standard_error for row in board.models], np.float64)


def repeated(times: int) -> pl.DataFrame:
    """Every voter casts each vote several times: that tells nothing new."""
    frame = synthetic_votes(2000).with_columns(voter=pl.col("battle_id"))
    return pl.concat([frame] * times)


def test_votes_repeated_by_their_voters_tell_nothing_new_when_clustered() -> None:
    once = rank(Battles.from_frame(repeated(1)))
    naive = rank(Battles.from_frame(repeated(4)))
    clustered = rank(Battles.from_frame(repeated(4)), Recipe(cluster=("voter",)))
    assert errors(naive) == pytest.approx(errors(once) / 2, rel=0.01)
    assert errors(clustered) == pytest.approx(errors(once), rel=0.01)


def test_it_is_the_same_with_controls_and_in_a_tie_model() -> None:
    style = (Control.parse("length:share"),)
    for fields in ({"controls": style}, {"estimator": "davidson"}):
        once = rank(Battles.from_frame(repeated(1)), Recipe(**fields))
        recipe = Recipe(cluster=("voter",), **fields)
        clustered = rank(Battles.from_frame(repeated(4)), recipe)
        assert errors(clustered) == pytest.approx(errors(once), rel=0.01)


def test_the_bootstrap_draws_whole_clusters() -> None:
    recipe = Recipe(cluster=("voter",), interval="bootstrap", rounds=300)
    drawn = rank(Battles.from_frame(repeated(4)), recipe)
    assert errors(drawn) == pytest.approx(errors(rank(Battles.from_frame(repeated(1)))), rel=0.15)


def test_two_ways_of_clustering_widen_by_either() -> None:
    frame = repeated(4).with_columns(prompt=pl.int_range(pl.len()) % 997)
    single = rank(Battles.from_frame(frame), Recipe(cluster=("voter",)))
    both = rank(Battles.from_frame(frame), Recipe(cluster=("voter", "prompt")))
    assert errors(both) == pytest.approx(errors(single), rel=0.1)
    assert not np.allclose(errors(both), errors(single), rtol=1e-6)


def test_votes_of_nobody_known_are_clusters_of_one() -> None:
    frame = synthetic_votes(2000)
    nobody = frame.with_columns(
        voter=pl.when(pl.int_range(pl.len()) > 0).then(None).otherwise(pl.lit("someone"))
    )
    plain = rank(Battles.from_frame(frame))
    alone = rank(Battles.from_frame(nobody), Recipe(cluster=("voter",)))
    assert errors(alone) == pytest.approx(errors(plain), rel=0.01)


def test_the_bootstrap_draws_votes_of_nobody_known_one_by_one() -> None:
    frame = synthetic_votes(2000).with_columns(
        voter=pl.when(pl.int_range(pl.len()) % 5 > 0).then(None).otherwise(pl.lit("someone"))
    )
    plain = rank(Battles.from_frame(frame), Recipe(interval="bootstrap", rounds=400))
    some = frame.with_columns(voter=pl.col("voter") + pl.int_range(pl.len()).cast(pl.String))
    recipe = Recipe(cluster=("voter",), interval="bootstrap", rounds=400)
    assert errors(rank(Battles.from_frame(some), recipe)) == pytest.approx(errors(plain), rel=0.15)


def test_few_clusters_are_said_to_be_few() -> None:
    frame = synthetic_votes(2000).with_columns(voter=(pl.int_range(pl.len()) % 12).cast(pl.String))
    found = rank(Battles.from_frame(frame), Recipe(cluster=("voter",)))
    (few,) = (one for one in found.diagnostics if one.kind == "few_clusters")
    assert few.message.startswith("The votes fall into 12 clusters by voter")
    many = rank(Battles.from_frame(synthetic_votes(2000)), Recipe(cluster=("battle_id",)))
    assert "few_clusters" not in {one.kind for one in many.diagnostics}


def test_published_names_of_sessions_and_prompts_are_found() -> None:
    frame = synthetic_votes(500).rename({"voter": "evaluation_session_id"})
    found = rank(Battles.from_frame(frame), Recipe(cluster=("session",)))
    assert found.is_rated


def test_a_clustering_that_is_not_there_is_named() -> None:
    frame = synthetic_votes(100)
    with pytest.raises(RecipeError, match="no column prompt to cluster by"):
        rank(Battles.from_frame(frame), Recipe(cluster=("prompt",)))
    with pytest.raises(RecipeError, match="The column voter is empty"):
        rank(Battles.from_frame(frame.drop("voter")), Recipe(cluster=("voter",)))


def conversing(frame: pl.DataFrame, side: str = "conversation") -> pl.DataFrame:
    """Conversations on one of 97 prompts each, and the number of the prompt."""
    number = pl.int_range(pl.len()) % 97
    question = pl.struct(role=pl.lit("user"), content=pl.format("Question {}", number))
    answer = pl.struct(role=pl.lit("assistant"), content=pl.lit("Yes."))
    said = pl.concat_list(question, answer)
    return frame.with_columns(
        said.alias(f"{side}_a"), said.alias(f"{side}_b"), number.alias("number")
    )


@pytest.mark.parametrize("side", ["conversation", "messages"])
def test_prompts_are_found_in_the_conversations(tmp_path: Path, side: str) -> None:
    frame = conversing(synthetic_votes(1500), side)
    frame.write_parquet(tmp_path / "votes.parquet")
    by_number = rank(Battles.from_frame(frame), Recipe(cluster=("number",)))
    by_prompt = Recipe(cluster=("prompt",))
    for votes in (Battles.from_frame(frame), tmp_path / "votes.parquet"):
        assert errors(rank(votes, by_prompt)) == pytest.approx(errors(by_number))


@pytest.mark.parametrize("name", ["session_id", "evaluation_session_id", "session_hash"])
def test_sessions_are_found_by_their_published_names(tmp_path: Path, name: str) -> None:
    frame = synthetic_votes(1500).with_columns((pl.int_range(pl.len()) // 3).alias(name))
    frame.write_parquet(tmp_path / "votes.parquet")
    by_name = rank(Battles.from_frame(frame), Recipe(cluster=(name,)))
    by_session = rank(tmp_path / "votes.parquet", Recipe(cluster=("session",)))
    assert errors(by_session) == pytest.approx(errors(by_name))


def test_votes_on_turns_of_a_battle_are_one_session() -> None:
    frame = synthetic_votes(1500)
    with pytest.raises(RecipeError, match="no column session to cluster by; there are battle_id"):
        rank(Battles.from_frame(frame), Recipe(cluster=("session",)))
    turns = frame.with_columns(battle_id=(pl.int_range(pl.len()) // 3).cast(pl.String))
    by_battle, by_session = (
        rank(Battles.from_frame(turns), Recipe(cluster=(name,)))
        for name in ("battle_id", "session")
    )
    assert errors(by_session) == pytest.approx(errors(by_battle))


def test_conversations_without_prompts_are_no_clusters() -> None:
    silent = synthetic_votes(50).with_columns(completion_a=pl.lit("x"), completion_b=pl.lit("y"))
    with pytest.raises(RecipeError, match="hold no prompts"):
        rank(Battles.from_frame(silent), Recipe(cluster=("prompt",)))
