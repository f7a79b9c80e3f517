"""Boards of a living table are those that anybody makes of its votes."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from labelled import (
    CARDS,
    Looks,
    Topic,
    add_battles,
    add_labels,
    battle,
    found,
    record_cards,
)
from opened import open_ledger
from tiltyard.arena.applying import apply_cards
from tiltyard.boards.living.boards import ArenaBoards
from tiltyard.boards.living.making import Made
from tiltyard.boards.living.table import LivingTable
from tiltyard.boards.published.boards import PublishedBoards
from tiltyard.boards.published.publishing import BoardPublisher
from tiltyard.boards.ranking import rank
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.slices.in_use import SlicesInUse
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.records import Battle
from tiltyard.ledger.snapshots import newest_numbers
from tiltyard.ledger.tables import snapshots

pytestmark = pytest.mark.anyio

SLICES = """
[[slice]]
id = "code"
name = "Code"
where = "code"
minimum = 50

[[slice]]
id = "german-code"
name = "German, code"
where = "language = 'de'"
within = "code"

[[slice]]
id = "with-old"
name = "With old votes"
where = "source IN ('arena', 'import:old')"

[[slice]]
id = "nobody"
name = "Nobody"
where = "language = 'tlh'"
"""
LABELLERS = (Topic(), Looks())


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        await record_cards(ledger)
        yield ledger


@pytest.fixture
def slices(tmp_path: Path) -> SlicesInUse:
    file = tmp_path / "slices.toml"
    file.write_text(SLICES)
    return SlicesInUse(file)


def publisher(ledger: Ledger, slices: SlicesInUse) -> BoardPublisher:
    return BoardPublisher(ledger, ["text"], Recipe(), slices, LABELLERS)


async def vote(ledger: Ledger, count: int, seed: int = 1) -> list[Battle]:
    """Let people vote, and label the battles."""
    random = Random(seed)
    made = [
        battle(
            random.randrange(1000),
            random.choice(["a", "b", "tie", "both_bad"]),
            source="import:old" if random.random() < 0.2 else "arena",
        )
        for _ in range(count)
    ]
    await add_battles(ledger, made)
    await add_labels(ledger, *(found(one.id, topic(random)) for one in made))
    styled = [one for one in made if random.random() < 0.9]
    await add_labels(ledger, *(found(one.id, looks(random), "style", "v2") for one in styled))
    return made


def topic(random: Random) -> dict[str, object]:
    return {"code": random.random() < 0.5, "language": random.choice(["de", "en"])}


def looks(random: Random) -> dict[str, int]:
    return {name: random.randrange(1, 300) for name in Looks().columns}


async def documents(
    ledger: Ledger, slices: SlicesInUse
) -> dict[tuple[str, str], Mapping[str, Any]]:
    boards = PublishedBoards(ledger, ["text"], Recipe(), slices)
    return {
        (slice_, control): await boards.board("text", slice_, control=control)
        for slice_ in ("overall", "code", "german-code", "with-old", "nobody")
        for control in ("", "style")
    }


async def made_by_hand(ledger: Ledger, document: Mapping[str, Any]) -> dict[str, Any]:
    """Rank all votes of the ledger by the recipe that a published board says it was made by."""
    table = LivingTable(LABELLERS)
    await ledger.in_thread(lambda connection: table.catch_up(connection, 0.0))
    return rank(table.battles("text"), Recipe.from_dict(document["recipe"])).to_dict()


async def test_every_board_is_made_again_bit_for_bit_by_its_recipe(
    ledger: Ledger, slices: SlicesInUse
) -> None:
    boards = publisher(ledger, slices)
    for seed in (1, 2, 3):  # counts that are added to, fits that begin at those of before
        await vote(ledger, 400, seed)
        assert await boards.publish_stale() == 8
    for (slice_, control), document in (await documents(ledger, slices)).items():
        if slice_ == "nobody":
            assert (document["votes"], document["published_at"]) == (0, None)
            continue
        by_hand = await made_by_hand(ledger, document)
        for name, value in by_hand.items():
            shown = document[name]
            if name == "models":
                shown = [{key: row[key] for key in value[0]} for row in shown]
            assert shown == value, (slice_, control, name)
        assert document["votes"] == sum(document["sources"].values())
        assert len(document["coefficients"]) == (4 if control else 0)


async def test_a_slice_has_the_votes_it_asks_for(ledger: Ledger, slices: SlicesInUse) -> None:
    await vote(ledger, 200)
    await publisher(ledger, slices).publish_stale()
    found_boards = await documents(ledger, slices)
    votes = {slice_: board["votes"] for (slice_, control), board in found_boards.items()}
    sources = {slice_: set(board["sources"]) for (slice_, _), board in found_boards.items()}
    assert votes["with-old"] > votes["overall"] > votes["code"] > votes["german-code"] > 0
    assert sources["overall"] == {"arena"}
    assert sources["with-old"] == {"arena", "import:old"}
    code = found_boards["code", ""]
    assert (code["within"], code["enough"], code["minimum"]) == ("overall", True, 50)
    assert not found_boards["german-code", ""]["enough"]
    manifest = found_boards["german-code", "style"]["manifest"]
    assert manifest["slice"]["where"] == "language = 'de'"
    assert manifest["labellers"] == {"topic": ["rules@1"], "style": ["v2"]}
    assert manifest["slices_sha256"] == slices.now().sha256


@pytest.mark.parametrize("control", ["", "style"])
async def test_beside_each_rating_of_a_part_stands_the_one_pooled_with_the_whole(
    ledger: Ledger, slices: SlicesInUse, control: str
) -> None:
    await vote(ledger, 400)
    await publisher(ledger, slices).publish_stale()
    boards = await documents(ledger, slices)
    whole = {row["model"]: row["rating"] for row in boards["overall", control]["models"]}
    part = boards["code", control]
    assert part["pooling"]["within"] == "overall"
    assert part["pooling"]["data_sha256"] == boards["overall", control]["data_sha256"]
    assert part["pooling"]["spread"] > 0
    apart = {"raw": 0.0, "pooled": 0.0}
    for row in part["models"]:
        if whole[row["model"]] is None:  # nothing to pull it towards
            assert row["pooled"] is None
            continue
        assert row["pooled_lower"] < row["pooled"] < row["pooled_upper"]
        apart["raw"] += (row["rating"] - whole[row["model"]]) ** 2
        apart["pooled"] += (row["pooled"] - whole[row["model"]]) ** 2
    assert apart["pooled"] < apart["raw"]
    assert boards["german-code", control]["pooling"]["within"] == "code"
    alone = boards["overall", control]
    assert alone["pooling"] is None
    assert {row["pooled"] for row in alone["models"]} == {None}


async def test_a_part_alone_is_pooled_with_a_whole_that_stays_as_it_was(
    ledger: Ledger, slices: SlicesInUse
) -> None:
    first, *_ = await vote(ledger, 400)
    boards = publisher(ledger, slices)
    await boards.publish_stale()
    before = await documents(ledger, slices)
    await add_labels(  # it is in the part now, and was in the whole before
        ledger,
        found(first.id, {"code": True, "language": "de"}, version="rules@2"),
        at=datetime(2026, 12, 1, tzinfo=UTC),
    )
    await boards.publish_stale()
    after = await documents(ledger, slices)
    for control in ("", "style"):
        whole = after["overall", control]
        assert whole["published_at"] == before["overall", control]["published_at"]
        part = after["german-code", control]["pooling"], after["code", control]["pooling"]
        assert part[1]["data_sha256"] == whole["data_sha256"]
        assert part[0]["data_sha256"] == after["code", control]["data_sha256"]


async def test_of_a_board_that_cannot_be_made_it_is_known_why(
    ledger: Ledger, slices: SlicesInUse
) -> None:
    boards = publisher(ledger, slices)
    await boards.publish_stale()
    empty = (await documents(ledger, slices))["overall", "style"]
    assert empty["unmade"] == "Nobody has voted in it yet, or the worker has not come to it."
    made = [battle(number, "a" if number % 3 else "b") for number in range(60)]
    await add_battles(ledger, made)
    await boards.publish_stale()
    found_boards = await documents(ledger, slices)
    assert found_boards["overall", ""]["unmade"] is None
    why = found_boards["overall", "style"]["unmade"]
    assert why == "The style of both answers is not counted yet for any of its 60 votes."
    alike = dict.fromkeys(Looks().columns, 7)
    await add_labels(ledger, *(found(one.id, alike, "style", "v2") for one in made))
    assert await boards.publish_stale() == 0
    shown = PublishedBoards(ledger, ["text"], Recipe(), slices)
    why = (await shown.board("text", "overall", control="style"))["unmade"]
    assert why == (
        "Its 60 votes do not yet tell style and models apart. "
        "The control length is the same in every vote, so it explains nothing."
    )
    (overall, *_) = await shown.summaries()
    assert (overall["controls"], overall["unmade"]) == ([""], {"style": why})
    await vote(ledger, 200)
    await boards.publish_stale()
    assert (await shown.board("text", "overall", control="style"))["unmade"] is None


async def test_only_boards_that_changed_are_published_and_all_at_one_instant(
    ledger: Ledger, slices: SlicesInUse
) -> None:
    await vote(ledger, 200)
    boards = publisher(ledger, slices)
    first = await boards.publish_stale()
    assert await boards.publish_stale() == 0
    assert await publisher(ledger, slices).publish_stale() == 0  # nor does another worker
    late = battle(3, "b")
    await add_battles(ledger, [late])
    await add_labels(ledger, found(late.id, {"code": False, "language": "en"}))
    assert await boards.publish_stale() == 4  # overall and with-old; those with style leave it out
    await add_labels(ledger, found(late.id, looks(Random(1)), "style", "v2"))
    assert await boards.publish_stale() == 2
    await add_labels(
        ledger,
        found(late.id, {"code": True, "language": "en"}, version="model@x"),
        at=datetime(2026, 12, 1, tzinfo=UTC),
    )
    assert await boards.publish_stale() == 2  # code, without and with style
    instants = select(snapshots.c.published_at, func.count()).group_by(snapshots.c.published_at)
    async with ledger.reading() as connection:
        sets = (await connection.execute(instants.order_by(snapshots.c.published_at))).all()
    assert [row[1] for row in sets] == [first, 4, 2, 2]


async def test_a_new_slice_has_its_board_at_the_next_look(
    ledger: Ledger, slices: SlicesInUse, tmp_path: Path
) -> None:
    await vote(ledger, 200)
    boards, file = publisher(ledger, slices), tmp_path / "slices.toml"
    await boards.publish_stale()
    file.write_text(SLICES + '\n[[slice]]\nid = "ties"\nname = "T"\nwhere = "outcome = \'tie\'"\n')
    assert await boards.publish_stale() == 2  # without and with style
    shown = PublishedBoards(ledger, ["text"], Recipe(), slices)
    assert set((await shown.board("text", "ties"))["sources"]) == {"arena"}
    file.write_text("[[slice]\n")
    assert await boards.publish_stale() == 0
    assert slices.fault is not None
    assert "is not TOML" in slices.fault
    assert (await shown.board("text", "ties"))["votes"]


async def test_who_is_called_otherwise_now_is_called_so_on_every_board(
    ledger: Ledger, slices: SlicesInUse
) -> None:
    await vote(ledger, 100)
    boards = publisher(ledger, slices)
    first = await boards.publish_stale()
    renamed = CARDS[0].model_copy(update={"name": "Another name"})
    async with ledger.writing() as connection:
        await apply_cards(connection, [renamed], datetime.now(UTC), reason="For the test.")
    assert await boards.publish_stale() == first
    board = (await documents(ledger, slices))["overall", ""]
    assert "Another name" in {row["name"] for row in board["models"]}


async def test_what_another_worker_published_meanwhile_is_not_published_over(
    ledger: Ledger, slices: SlicesInUse
) -> None:
    await vote(ledger, 400)
    slow, quick = publisher(ledger, slices), publisher(ledger, slices)
    publish = slow._publish
    done: list[int] = []

    async def outrun(arena: ArenaBoards, made: Sequence[Made]) -> bool:
        if not done:
            await vote(ledger, 50, seed=5)
            done.append(await quick.publish_stale())
        return await publish(arena, made)

    slow._publish = outrun  # type: ignore[method-assign]
    await slow.publish_stale()
    assert done == [8]
    keys = [(slice_, control) for slice_, control in await documents(ledger, slices)]
    numbers = await ledger.in_thread(lambda connection: newest_numbers(connection, "text", keys))
    async with ledger.reading() as connection:
        votes = list(
            await connection.scalars(select(snapshots.c.last_vote).order_by(snapshots.c.id))
        )
    assert votes == [450] * 8
    assert len(numbers) == 8
