from collections import Counter

import numpy as np
import polars as pl
import pytest

from prompts.asked import SUBJECTS, asked
from tiltyard.prompts.clustering import cluster, unit_rows
from tiltyard.prompts.tongues import shared_out
from tiltyard.prompts.topics import TopicMap, find_topics


@pytest.fixture(scope="module")
def found() -> TopicMap:
    return find_topics(asked(), groups=5)


def test_prompts_about_one_thing_come_together(found: TopicMap) -> None:
    frame = asked().with_columns(topic=pl.Series(found.assigned))
    assert len(found.topics) == 5
    right = frame.group_by("topic", "subject").len().group_by("topic").agg(pl.col("len").max())
    assert right["len"].sum() >= 0.97 * len(frame)


def test_topics_are_named_by_words_of_their_subject_in_their_language(found: TopicMap) -> None:
    subjects = asked()["subject"]
    for number, topic in enumerate(found.topics):
        subject = subjects.filter(pl.Series(found.assigned == number)).mode()[0]
        language, words = SUBJECTS[subject]
        assert next(iter(topic.languages)) == language
        assert 1 <= len(topic.words) <= 4
        assert all(word in words.lower() for word in topic.words), topic


def test_no_topic_joins_two_languages_that_have_topics_of_their_own() -> None:
    for groups in (3, 5, 9):
        topics = find_topics(asked(), groups=groups).topics
        assert all(len(topic.languages) == 1 for topic in topics)
        assert {language for topic in topics for language in topic.languages} == {"en", "de", "zh"}


def test_small_and_unknown_languages_are_together_and_hidden_by_nobody() -> None:
    small = [("bread butter cheese", "nl"), ("bread butter knife", None), ("bread oven", "unknown")]
    rows = [(text, f"s{n}", language) for n in range(6) for text, language in small]
    few = pl.DataFrame(rows, ["prompt", "voter", "language"], orient="row")
    found = find_topics(pl.concat([asked().drop("subject"), few]), groups=5)
    counted = Counter[str | None]()
    for topic in found.topics:
        counted.update(topic.languages)
    assert counted == {"en": 360, "de": 120, "zh": 120, None: 12, "nl": 6}
    together = [topic for topic in found.topics if None in topic.languages]
    assert together
    assert not any({"en", "de", "zh"} & topic.languages.keys() for topic in together)


def test_chinese_that_is_labelled_japanese_is_not_counted_as_such() -> None:
    frame = asked().drop("subject").with_columns(pl.col("language").replace("zh", "ja"))
    found = find_topics(frame, groups=5)
    assert not any("ja" in topic.languages for topic in found.topics)
    assert any(None in topic.languages for topic in found.topics)


@pytest.mark.parametrize(
    ("around", "word"),
    [
        ("请问{}是什么", "乌龙茶"),
        ("最好的{}在哪里", "博物馆"),
        ("{}の歴史を教えてください", "東京大学"),
        ("いちばん安い{}はどれですか", "カメラ"),
        ("อยากรู้เรื่อง {} มาก", "ประเทศไทย"),
    ],
)
def test_scripts_without_spaces_have_whole_words_as_names(around: str, word: str) -> None:
    others = ["苹果", "香蕉", "葡萄", "西瓜", "草莓", "樱桃", "柠檬", "芒果"]
    texts = [around.format(word) + " " + others[n % len(others)] for n in range(40)]
    texts += [f"{others[n % len(others)]} {word} {others[n % 7]}" for n in range(40)]
    voters = [f"v{n}" for n in range(80)]
    frame = pl.DataFrame({"prompt": texts, "voter": voters, "language": "xx"})
    names = {name for topic in find_topics(frame, groups=1).topics for name in topic.words}
    assert word in names, names


def test_a_name_grows_only_by_what_enough_people_wrote() -> None:
    texts = ["绿茶味道"] * 4 + ["绿茶 好喝"] * 8
    frame = pl.DataFrame({"prompt": texts, "voter": [f"v{n}" for n in range(12)], "language": "zh"})
    (topic,) = find_topics(frame, groups=1).topics
    assert "绿茶" in topic.words
    assert not any("味" in word for word in topic.words)


def test_topics_are_shared_out_by_how_many_prompts_there_are() -> None:
    assert shared_out({"en": 600, "de": 200, "zh": 100}, 9) == {"en": 6, "de": 2, "zh": 1}
    assert shared_out({"en": 600, "de": 200, "zh": 100}, 2) == {"en": 1, "de": 1, "zh": 1}
    assert shared_out({"en": 600, None: 10}, 6) == {"en": 6, None: 2}


def test_the_same_prompts_and_seed_give_the_same_topics(found: TopicMap) -> None:
    again = find_topics(asked(), groups=5)
    assert again.topics == found.topics
    np.testing.assert_array_equal(again.assigned, found.assigned)


def test_what_fewer_people_wrote_is_shown_nowhere(found: TopicMap) -> None:
    shown = {word for topic in found.topics for word in topic.words}
    assert not any(word.startswith("mysecret") for word in shown)
    frame = asked()
    for word in shown:
        wrote = frame.filter(pl.col("prompt").str.to_lowercase().str.contains(word, literal=True))
        assert wrote["voter"].n_unique() >= found.least_voters


def test_one_person_who_asks_a_hundred_times_names_no_topic() -> None:
    spam = pl.DataFrame(
        {"prompt": ["my address is Elm Street"] * 100, "voter": "one", "language": "en"}
    )
    everybody = pl.concat([asked().drop("subject"), spam])
    found = find_topics(everybody, groups=6)
    assert not any({"elm", "street", "address"} & set(topic.words) for topic in found.topics)
    assert (found.assigned[-100:] == -1).all()


def test_prompts_of_unknown_voters_count_as_one_persons() -> None:
    frame = asked().with_columns(voter=pl.lit(None, pl.String))
    assert find_topics(frame).topics == ()
    assert len(find_topics(frame, groups=5, least_voters=1).topics) == 5


@pytest.mark.parametrize(
    "prompts",
    [[], ["hello"], [None, None, ""], ["1234 5678 !!"] * 40, ["\N{SLIGHTLY SMILING FACE}"] * 30],
)
def test_prompts_without_anything_to_find_have_no_topics(prompts: list[str | None]) -> None:
    frame = pl.DataFrame(
        {
            "prompt": pl.Series(prompts, dtype=pl.String),
            "voter": pl.Series([f"v{n}" for n in range(len(prompts))], dtype=pl.String),
            "language": pl.Series([None] * len(prompts), dtype=pl.String),
        }
    )
    found = find_topics(frame)
    assert found.topics == ()
    assert found.assigned.tolist() == [-1] * len(prompts)


def test_equal_prompts_of_many_people_are_one_topic() -> None:
    frame = pl.DataFrame(
        {
            "prompt": ["sort numbers quickly"] * 40 + ["boil potatoes slowly"] * 20,
            "voter": [f"v{n}" for n in range(60)],
            "language": "en",
        }
    )
    found = find_topics(frame, groups=2)
    assert [topic.prompts for topic in found.topics] == [40, 20]
    assert set(found.topics[1].words) == {"boil", "potatoes", "slowly"}


def test_a_million_characters_are_read_at_their_beginning() -> None:
    frame = asked(30).drop("subject")
    long = frame.with_columns(prompt=pl.col("prompt") + " filler" * 150_000 + " hidden")
    found = find_topics(long, groups=2, least_voters=2)
    assert found.topics
    assert not any("hidden" in topic.words for topic in found.topics)


def test_clusters_are_the_directions_that_were_planted() -> None:
    random = np.random.default_rng(0)
    truth = random.integers(4, size=800)
    vectors = unit_rows(np.eye(6)[truth] + 0.15 * random.normal(size=(800, 6)))
    nearest = cluster(vectors, 4).nearest(vectors)
    assert all(len(set(nearest[truth == one].tolist())) == 1 for one in range(4))
    assert len(set(nearest.tolist())) == 4
