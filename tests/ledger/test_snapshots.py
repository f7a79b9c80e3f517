from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from opened import open_ledger
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.records import Snapshot
from tiltyard.ledger.snapshots import (
    add_snapshot,
    read_course,
    read_moments,
    read_snapshot,
    read_snapshot_before,
)

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def board_at(minute: int, slice_: str = "overall") -> Snapshot:
    return Snapshot("text", slice_, minute, {"votes": minute}, NOON + minute * MINUTE)


async def publish(ledger: Ledger, *boards: Snapshot) -> None:
    async with ledger.writing() as connection:
        for board in boards:
            await connection.run_sync(add_snapshot, board)


async def test_a_board_comes_back_as_it_was_published(ledger_url: str) -> None:
    board = {"name": "Łódź \N{RAINBOW}", "rating": 1043.20000001, "none": None, "rows": [1, {}]}
    async with open_ledger(ledger_url) as ledger:
        await publish(ledger, Snapshot("text", "overall", 1, board, NOON))
        async with ledger.reading() as connection:
            found = await read_snapshot(connection, "text", "overall")
        assert found == Snapshot("text", "overall", 1, board, NOON)


async def test_many_equal_lines_of_a_board_take_little_room(ledger_url: str) -> None:
    board = {"models": [{"organisation": "Example Works", "ties": 3}] * 1000}
    async with open_ledger(ledger_url) as ledger:
        await publish(ledger, Snapshot("text", "overall", 1, board, NOON))
        async with ledger.reading() as connection:
            stored = await connection.scalar(text("SELECT CAST(board AS TEXT) FROM snapshots"))
        assert len(str(stored)) < 1_000


async def test_boards_from_before_there_was_compression_are_read(ledger_url: str) -> None:
    async with open_ledger(ledger_url) as ledger:
        await publish(ledger, board_at(1))
        async with ledger.writing() as connection:
            await connection.execute(text("""UPDATE snapshots SET board = '{"votes": 7}'"""))
        async with ledger.reading() as connection:
            found = await read_snapshot(connection, "text", "overall")
        assert found is not None
        assert found.board == {"votes": 7}


async def test_the_past_is_found_by_its_time(ledger_url: str) -> None:
    async with open_ledger(ledger_url) as ledger:
        await publish(ledger, board_at(0), board_at(1), board_at(1, "code"), board_at(5))
        async with ledger.reading() as connection:
            early = await read_snapshot(connection, "text", "overall", at=NOON - MINUTE)
            between = await read_snapshot(connection, "text", "overall", at=NOON + 4 * MINUTE)
            before = await read_snapshot_before(connection, "text", "overall", NOON + MINUTE)
            moments = await read_moments(connection, "text", "overall", limit=2)
            until = await read_moments(connection, "text", "overall", until=NOON, limit=2)
    assert (early, between, before) == (None, board_at(1), board_at(0))
    assert moments == [NOON + 5 * MINUTE, NOON + MINUTE]
    assert until == [NOON]


async def test_a_board_published_while_the_clock_was_back_is_the_newest(ledger_url: str) -> None:
    async with open_ledger(ledger_url) as ledger:
        await publish(ledger, board_at(9), board_at(2))
        async with ledger.reading() as connection:
            assert await read_snapshot(connection, "text", "overall") == board_at(2)


@pytest.mark.parametrize(
    ("minutes", "most", "chosen"),
    [
        ([0, 1, 2], 3, [0, 1, 2]),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8], 5, [0, 2, 4, 6, 8]),
        ([0, 1, 2, 3, 4, 100], 3, [0, 4, 100]),
        ([0, 98, 99, 100], 2, [0, 100]),
        ([], 5, []),
    ],
)
async def test_a_course_is_whole_or_evenly_thinned_in_time(
    ledger_url: str, minutes: list[int], most: int, chosen: list[int]
) -> None:
    async with open_ledger(ledger_url) as ledger:
        await publish(ledger, *map(board_at, minutes), board_at(3, "code"))
        found = await ledger.in_thread(
            lambda connection: read_course(connection, "text", "overall", most=most)
        )
    assert found == [board_at(minute) for minute in chosen]


async def test_a_course_has_an_earliest_and_a_latest_time(ledger_url: str) -> None:
    since, until = NOON + MINUTE, NOON + 3 * MINUTE
    async with open_ledger(ledger_url) as ledger:
        await publish(ledger, *map(board_at, range(6)))
        found = await ledger.in_thread(
            lambda connection: read_course(
                connection, "text", "overall", since=since, until=until, most=2
            )
        )
    assert found == [board_at(1), board_at(3)]
