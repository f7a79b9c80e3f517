from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import delete, event

from labelled import (
    CARDS,
    NOW,
    Topic,
    add_battles,
    add_labels,
    battle,
    found,
    put_labels,
    record_cards,
)
from opened import open_ledger
from tiltyard.boards.living.table import Growth, LivingTable
from tiltyard.contestants.card import Status
from tiltyard.ledger import history
from tiltyard.ledger.battles_table import read_votes
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.records import Revealed
from tiltyard.ledger.reveals import reveal_row
from tiltyard.ledger.tables import reveals, votes

pytestmark = pytest.mark.anyio
SHARED = ["battle_id", "model_a", "model_b", "outcome", "voter", "voted_at", "turn", "policy"]


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        await record_cards(ledger)
        yield ledger


async def look(ledger: Ledger, table: LivingTable, at: float = 0.0) -> Growth:
    return await ledger.in_thread(lambda connection: table.catch_up(connection, at))


async def read_anew(ledger: Ledger) -> LivingTable:
    table = LivingTable([Topic()])
    await look(ledger, table)
    return table


def same(one: LivingTable, other: LivingTable) -> None:
    assert_frame_equal(one.rows, other.rows, check_row_order=False, categorical_as_str=True)


async def test_it_holds_what_the_battles_table_holds(ledger: Ledger) -> None:
    await add_battles(ledger, [battle(number, "ab"[number % 2]) for number in range(40)])
    table = await read_anew(ledger)
    votes = await ledger.in_thread(lambda connection: read_votes(connection, "text"))
    mine, theirs = table.battles("text").frame, votes.battles.frame
    assert_frame_equal(
        mine.select(SHARED), theirs.select(SHARED), check_row_order=False, categorical_as_str=True
    )
    assert table.last_vote == votes.last_vote
    assert table.battles("vision").frame.is_empty()


async def test_only_what_is_new_enters(ledger: Ledger) -> None:
    await add_battles(ledger, [battle(number) for number in range(5)])
    table = await read_anew(ledger)
    assert (await look(ledger, table)).is_nothing
    late = battle(9, "b")
    await add_battles(ledger, [late])
    growth = await look(ledger, table)
    assert growth.entered["battle_id"].to_list() == [str(late.id)]
    assert growth.left.is_empty()


async def test_a_vote_waits_until_its_battle_is_settled(ledger: Ledger) -> None:
    blind = battle(1, revealed=False)
    old = replace(battle(2, revealed=False), created_at=datetime.now(UTC) - timedelta(days=3))
    await add_battles(ledger, [blind, old])
    table = await read_anew(ledger)
    assert table.rows["battle_id"].to_list() == [str(old.id)]
    async with ledger.writing() as connection:
        row = reveal_row(blind.id, Revealed(1, "vote", NOW))
        await connection.execute(reveals.insert(), row)
    assert (await look(ledger, table)).entered["battle_id"].to_list() == [str(blind.id)]
    same(table, await read_anew(ledger))


async def test_what_is_not_there_is_asked_for_in_few_questions(ledger: Ledger) -> None:
    """Votes that do not count are read once, and many numbers that nobody has are one question."""
    count = 60
    modes = ("battle", "side_by_side")
    await add_battles(
        ledger, [replace(battle(number), mode=modes[number % 2]) for number in range(count)]
    )
    table = await read_anew(ledger)
    assert table.rows.height == count / 2
    quiet = await count_questions(ledger, table)
    await add_battles(ledger, [battle(number) for number in range(count)])
    async with ledger.writing() as connection:
        await connection.execute(delete(votes).where(votes.c.id > count, votes.c.id % 2 == 0))
    await look(ledger, table)
    assert table.rows.height == count
    assert await count_questions(ledger, table) == quiet + 1
    same(table, await read_anew(ledger))


async def count_questions(ledger: Ledger, table: LivingTable) -> int:
    """Count what the ledger is asked at a look at which nothing is new."""

    def read(connection: SyncConnection) -> int:
        asked: list[object] = []
        event.listen(connection, "before_cursor_execute", lambda *call: asked.append(call))
        assert table.catch_up(connection, 0.0).is_nothing
        return len(asked)

    return await ledger.in_thread(read)


async def test_a_label_that_comes_later_changes_its_votes(ledger: Ledger) -> None:
    battles = [battle(number) for number in range(3)]
    await add_battles(ledger, battles)
    table = await read_anew(ledger)
    value = {"code": True, "verticals": ["law", "software"], "language": "de"}
    await add_labels(ledger, found(battles[1].id, value))
    growth = await look(ledger, table)
    assert growth.left["code"].to_list() == [None]
    assert growth.entered.select(*value).rows(named=True) == [value]
    same(table, await read_anew(ledger))


async def test_the_version_in_use_counts_before_newer_ones(ledger: Ledger) -> None:
    battles = [battle(number) for number in range(3)]
    await add_battles(ledger, battles)
    table = await read_anew(ledger)
    told = [("rules@1", battles[:1]), ("linear@2", battles[:2]), ("model@x", battles[2:])]
    for hour, (version, some) in enumerate(told):
        at = NOW + timedelta(hours=hour)
        labels = [found(one.id, {"code": version == "rules@1"}, version=version) for one in some]
        await add_labels(ledger, *labels, at=at)
        await look(ledger, table)
    codes = dict(table.rows.select("battle_id", "code").iter_rows())
    assert codes == {str(one.id): one is battles[0] for one in battles}
    assert table.label_versions("text") == {"topic": ["linear@2", "model@x", "rules@1"]}
    assert table.label_versions("vision") == {"topic": []}
    assert not [name for name in table.battles("text").frame.columns if "version" in name]
    same(table, await read_anew(ledger))


async def test_of_those_that_judge_it_knows_how_sure_they_were(ledger: Ledger) -> None:
    battles = [battle(number) for number in range(3)]
    await add_battles(ledger, battles)
    expert = [Topic("expert", columns={"expert": pl.Boolean()}), Topic()]
    table = LivingTable(expert)
    for one, score in zip(battles, (0.123456789, 0.8), strict=False):
        await add_labels(ledger, found(one.id, {"expert": True}, "expert", score=score))
    await look(ledger, table)
    sure = dict(table.rows.select("battle_id", "expert_score").iter_rows())
    assert [sure[str(one.id)] for one in battles] == [0.123456789, 0.8, None]
    assert "topic_score" not in table.rows.columns


async def test_of_several_versions_the_newest_counts_and_a_models_above_all(
    ledger: Ledger,
) -> None:
    battles = [battle(number) for number in range(2)]
    await add_battles(ledger, battles)
    table = await read_anew(ledger)
    told = [("rules@0", False), ("model@x", True), ("rules@2", False)]
    for hour, (version, code) in enumerate(told):
        labels = [found(battles[0].id, {"code": code}, version=version)]
        if version != "model@x":
            labels.append(found(battles[1].id, {"code": hour > 0}, version=version))
        await add_labels(ledger, *labels, at=NOW + timedelta(hours=hour))
        await look(ledger, table)
    codes = dict(table.rows.select("battle_id", "code").iter_rows())
    assert codes == {str(battles[0].id): True, str(battles[1].id): True}
    same(table, await read_anew(ledger))


async def test_a_label_of_the_wrong_kind_says_nothing_and_spoils_no_other(ledger: Ledger) -> None:
    battles = [battle(number) for number in range(4)]
    await add_battles(ledger, battles)
    values: list[dict[str, object]] = [{"code": "yes"}, {"code": True}, {"code": None}, {}]
    await add_labels(
        ledger, *(found(one.id, value) for one, value in zip(battles, values, strict=True))
    )
    table = await read_anew(ledger)
    code = dict(table.rows.select("battle_id", "code").iter_rows())
    assert [code[str(one.id)] for one in battles] == [None, True, None, None]


async def test_previews_never_enter(ledger: Ledger) -> None:
    new = {"id": "owl", "status": Status.PREVIEW, "alias": "Mystery"}
    hidden = CARDS[0].model_copy(update=new)
    await record_cards(ledger, [hidden])
    made = battle(1)
    sides = [replace(side, version=hidden.version) for side in made.sides]
    await add_battles(ledger, [replace(made, sides=sides)])
    assert (await read_anew(ledger)).rows.is_empty()


async def test_votes_committed_later_with_lower_numbers_are_found(postgres_url: str) -> None:
    async with open_ledger(postgres_url) as ledger:
        await record_cards(ledger)
        slow, quick = battle(1), battle(2)
        table = await read_anew(ledger)
        async with ledger.writing() as connection:
            await history.add_history(connection, [slow])
            await add_battles(ledger, [quick])
            await add_labels(ledger, found(quick.id, {"code": True}))
            await look(ledger, table)
            assert table.rows["battle_id"].to_list() == [str(quick.id)]
            await put_labels(connection, found(slow.id, {"code": False}))
        await look(ledger, table)
        assert table.rows.height == 2
        same(table, await read_anew(ledger))


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_in_whatever_order_it_is_as_if_read_anew(
    ledger: Ledger, seed: int
) -> None:
    random, battles, table = Random(seed), [], LivingTable([Topic()])
    for step in range(12):
        new = [
            battle(random.randrange(50), random.choice("ab"), revealed=random.random() < 0.7)
            for _ in range(random.randrange(4))
        ]
        await add_battles(ledger, new)
        battles += new
        labelled = random.sample(battles, min(len(battles), random.randrange(3)))
        for one in labelled:
            version = random.choice(["rules@1", "rules@2", "model@x"])
            label = found(one.id, {"code": random.random() < 0.5}, version=version)
            await add_labels(ledger, label, at=NOW + timedelta(minutes=step))
        if random.random() < 0.6:
            await look(ledger, table, at=float(step))
    await look(ledger, table)
    same(table, await read_anew(ledger))


def test_a_label_column_has_its_type() -> None:
    rows = LivingTable([Topic()]).rows
    assert rows.schema["verticals"] == pl.List(pl.String)
    assert rows.schema["language"] == pl.Categorical
