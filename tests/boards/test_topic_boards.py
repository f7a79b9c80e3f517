import json

import numpy as np
import polars as pl
import pytest

from prompts.asked import asked
from tiltyard.battles.table import Battles
from tiltyard.boards.topic_boards import TopicBoards, topic_boards, topics_document

VOTES = 3_000
STRONGER_AT = {"code": "gull", "cooking": "tern"}


@pytest.fixture(scope="module")
def votes() -> pl.DataFrame:
    """Three models; gull is the strongest at code, tern at cooking, otherwise all are alike."""
    random = np.random.default_rng(5)
    frame = asked(VOTES, people=200)
    names = np.array(["auk", "gull", "tern"])
    a = random.integers(3, size=VOTES)
    b = (a + random.integers(1, 3, size=VOTES)) % 3
    best = frame["subject"].replace_strict(STRONGER_AT, default=None).to_numpy()
    lead = 1.5 * ((names[a] == best).astype(float) - (names[b] == best).astype(float))
    won = random.random(VOTES) < 1 / (1 + np.exp(-lead))
    return frame.with_columns(
        battle_id=pl.Series([f"b{n}" for n in range(VOTES)]),
        model_a=pl.Series(names[a]),
        model_b=pl.Series(names[b]),
        winner=pl.Series(np.where(won, "model_a", "model_b")),
    )


@pytest.fixture(scope="module")
def found(votes: pl.DataFrame) -> TopicBoards:
    return topic_boards(Battles.from_frame(votes), votes["prompt"], groups=5)


def about(found: TopicBoards, word: str) -> dict[str, object]:
    (topic,) = [one for one in topics_document(found)["topics"] if word in one["words"]]
    return dict(topic)


def test_every_topic_has_the_board_of_its_votes(found: TopicBoards) -> None:
    boards = {word: about(found, word)["models"] for word in ("recursion", "garlic")}
    assert boards["recursion"][0]["model"] == "gull"  # type: ignore[index]  # JSON
    assert boards["garlic"][0]["model"] == "tern"  # type: ignore[index]  # JSON
    assert sum(one.votes for one in found.topics) + found.rest_votes == found.votes == VOTES


def test_a_topic_of_few_votes_says_so(votes: pl.DataFrame) -> None:
    few = votes[:500]
    found = topic_boards(Battles.from_frame(few), few["prompt"], groups=5)
    assert not any(one.enough for one in found.topics)
    assert all(one.votes == 100 for one in found.topics)


def test_votes_on_turns_of_one_battle_are_one_prompt(votes: pl.DataFrame) -> None:
    twice = pl.concat([votes[:600], votes[:600]]).with_columns(
        turn=pl.Series([1] * 600 + [2] * 600)
    )
    found = topic_boards(Battles.from_frame(twice), twice["prompt"], groups=5)
    assert (found.prompts, found.votes) == (600, 1200)
    assert sum(one.topic.prompts for one in found.topics) + found.rest_prompts == 600
    assert sum(one.votes for one in found.topics) == 2 * sum(
        one.topic.prompts for one in found.topics
    )


def test_the_document_is_json_with_the_names_that_people_see(found: TopicBoards) -> None:
    document = topics_document(found, {"gull": "Gull 7B"})
    again = json.loads(json.dumps(document))
    assert again == document
    rows = [row for topic in again["topics"] for row in topic["models"]]
    assert {"Gull 7B", "auk"} <= {row["name"] for row in rows}
