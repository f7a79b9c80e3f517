"""A board for every topic that people ask about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.ranking import rank
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.records import rounded
from tiltyard.boards.slices.slice_file import MINIMUM
from tiltyard.prompts.topics import LEAST_VOTERS, NONE, Topic, find_topics


@dataclass(frozen=True, slots=True)
class TopicBoard:
    """A topic with the board of its votes; None where no model could be rated."""

    topic: Topic
    votes: int
    board: Board | None

    @property
    def enough(self) -> bool:
        """Whether its votes are as many as a board should have."""
        return self.votes >= MINIMUM


@dataclass(frozen=True, slots=True)
class TopicBoards:
    """All topics of a table of votes, the largest first.

    Parameters
    ----------
    prompts, votes
        In all, those of the topics and of the rest.
    rest_prompts, rest_votes
        Those that are in no topic.
    """

    topics: tuple[TopicBoard, ...]
    prompts: int
    votes: int
    rest_prompts: int
    rest_votes: int
    least_voters: int


def topic_boards(
    battles: Battles,
    asked: pl.Series,
    *,
    recipe: Recipe | None = None,
    groups: int | None = None,
    least_voters: int = LEAST_VOTERS,
    seed: int = 0,
) -> TopicBoards:
    """Find what the prompts of a battles table are about, and rank each topic's votes.

    Parameters
    ----------
    battles
        The votes.
    asked
        The prompt of each; null where it is not known. Votes on turns of one battle share theirs.
    recipe
        Of every board; Bradley-Terry when left out.
    groups, least_voters, seed
        As for :func:`tiltyard.prompts.topics.find_topics`.
    """
    frame = battles.frame.with_columns(asked.alias("asked"))
    column = {name: _or_null(frame, name) for name in ("battle_id", "voter", "language")}
    rows = frame.select(asked=pl.col("asked"), **column, vote=pl.int_range(pl.len()))
    battle = pl.col("battle_id").fill_null(pl.format("vote {}", "vote"))
    rows = rows.with_columns(battle.alias("battle_id"))
    once = rows.unique("battle_id", keep="first", maintain_order=True)
    prompts = once.select("voter", "language", prompt="asked")
    found = find_topics(prompts, groups=groups, least_voters=least_voters, seed=seed)
    numbers = once.select("battle_id", topic=pl.Series(found.assigned))
    of_vote = rows.join(numbers, on="battle_id", maintain_order="left")["topic"]
    counts = frame["count"]
    ranked = tuple(
        _ranked(topic, battles, of_vote == number, counts, recipe or Recipe())
        for number, topic in enumerate(found.topics)
    )
    rest = int((found.assigned == NONE).sum())
    votes = int(counts.sum())
    rest_votes = votes - sum(one.votes for one in ranked)
    return TopicBoards(ranked, len(once), votes, rest, rest_votes, least_voters)


def _or_null(frame: pl.DataFrame, name: str) -> pl.Expr:
    return (pl.col(name) if name in frame.columns else pl.lit(None)).cast(pl.String)


def _ranked(
    topic: Topic, battles: Battles, within: pl.Series, counts: pl.Series, recipe: Recipe
) -> TopicBoard:
    board = rank(Battles(battles.frame.filter(within)), recipe)
    votes = int(counts.filter(within).sum())
    return TopicBoard(topic, votes, board if board.is_rated else None)


def topics_document(found: TopicBoards, names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return topics and their boards as JSON values.

    Parameters
    ----------
    names
        What people see instead of models' ids.
    """
    return {
        "prompts": found.prompts,
        "votes": found.votes,
        "rest_prompts": found.rest_prompts,
        "rest_votes": found.rest_votes,
        "least_voters": found.least_voters,
        "topics": [_topic_values(one, names or {}) for one in found.topics],
    }


def _topic_values(one: TopicBoard, names: Mapping[str, str]) -> dict[str, Any]:
    topic = one.topic
    languages = [{"language": name, "prompts": number} for name, number in topic.languages.items()]
    return {
        "words": list(topic.words),
        "prompts": topic.prompts,
        "voters": topic.voters,
        "votes": one.votes,
        "enough": one.enough,
        "languages": languages,
        "models": _model_rows(one.board, names),
    }


ROW = ("model", "rating", "lower", "upper", "rank", "rank_lower", "rank_upper", "battles")


def _model_rows(board: Board | None, names: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
    if board is None:
        return []
    rows = ({key: getattr(one, key) for key in ROW} for one in board.rated)
    values: list[Mapping[str, Any]] = rounded(
        [row | {"name": names.get(row["model"], row["model"])} for row in rows]
    )
    return values
