from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opened import open_ledger
from tiltyard.boards.past.history import BoardHistory, compared, course_of
from tiltyard.boards.past.scale import on_one_scale
from tiltyard.boards.published.boards import PublishedBoards
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.ledger.records import Snapshot
from tiltyard.ledger.snapshots import add_snapshot

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def published(hour: int, *models: tuple[str, float | None], control: str = "") -> Snapshot:
    rows: list[dict[str, Any]] = [
        {
            "model": name.lower(),
            "name": name,
            "rating": rating,
            "lower": rating and rating - 10,
            "upper": rating and rating + 10,
            "rank": rating and 1,
            "battles": 10 + hour,
        }
        for name, rating in models
    ]
    board = {
        "models": rows,
        "votes": hour,
        "diagnostics": [],
        "recipe": {},
        "data_sha256": str(hour),
        "version": "1",
    }
    return Snapshot("text", "overall", hour, board, NOON + timedelta(hours=hour), control=control)


def test_a_course_has_a_silent_point_where_the_model_was_on_no_board() -> None:
    past = [
        published(0, ("Auk", 900.0)),
        published(1, ("Owl", 1000.0), ("Auk", 901.0)),
        published(2, ("Auk", 902.0)),
        published(3, ("Owl", None), ("Auk", 903.0)),
        published(4, ("Snowy Owl", 1010.0)),
    ]
    course = course_of(past[:4], "owl")
    assert [(point.at.hour, point.rating, point.battles) for point in course.points] == [
        (13, 1000.0, 11),
        (14, None, 0),
        (15, None, 13),
    ]
    assert course_of(past, "snowy owl").name == "Snowy Owl"
    assert course_of(past, "nobody").points == ()


def test_courses_are_on_the_scale_of_the_newest_board() -> None:
    past = on_one_scale(
        [
            published(0, ("Auk", 900.0), ("Owl", 1100.0)),
            published(1),  # nobody voted in the slice for a while
            published(2, ("Auk", 850.0), ("Owl", 1050.0), ("Roc", 1100.0)),
            published(3, ("Owl", 980.0), ("Roc", 1020.0)),
        ]
    )
    ratings = {
        name: [point.rating for point in course_of(past, name).points]
        for name in ("auk", "owl", "roc")
    }
    assert ratings == {
        "auk": [775.0, None, 775.0],
        "owl": [975.0, None, 975.0, 980.0],
        "roc": [1025.0, 1020.0],
    }
    assert course_of(past, "owl").points[0].lower == 965.0


def test_without_an_earlier_snapshot_nothing_changed() -> None:
    first = published(0, ("Auk", 900.0))
    assert compared(None, first).changes == ()
    assert compared(None, None).after is None


async def test_boards_with_a_control_have_a_past_of_their_own(ledger_url: str) -> None:
    async with open_ledger(ledger_url) as ledger:
        async with ledger.writing() as connection:
            for snapshot in (
                published(0, ("Auk", 900.0)),
                published(1, ("Auk", 950.0), control="style"),
                published(2, ("Auk", 910.0)),
                published(3, ("Auk", 960.0), control="style"),
            ):
                await connection.run_sync(add_snapshot, snapshot)
        history = BoardHistory(ledger, PublishedBoards(ledger, ["text"], Recipe()))
        for control, ratings in (("", [900.0, 910.0]), ("style", [950.0, 960.0])):
            (course,) = await history.courses("text", "overall", control=control)
            assert [point.rating for point in course.points] == ratings
            moments = await history.moments("text", "overall", control=control)
            assert [moment.hour for moment in moments] == ([14, 12] if not control else [15, 13])
            before, after = await history.pair(
                "text", "overall", control=control, since=None, at=None
            )
            assert before is not None
            assert after is not None
            assert [one.board["models"][0]["rating"] for one in (before, after)] == ratings
        early = NOON + timedelta(hours=1, minutes=30)
        pair = await history.pair("text", "overall", since=NOON, at=early)
        assert pair[0] == pair[1]
