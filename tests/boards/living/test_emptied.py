"""A slice whose votes all left has an empty board, and its old one stays in its past."""

from collections.abc import AsyncGenerator
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from labelled import Looks, Topic, add_battles, add_labels, battle, found, record_cards
from opened import open_ledger
from tiltyard.boards.past.history import BoardHistory, compared
from tiltyard.boards.published.boards import PublishedBoards
from tiltyard.boards.published.publishing import BoardPublisher
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.slices.in_use import SlicesInUse
from tiltyard.ledger.engine import Ledger

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        await record_cards(ledger)
        made = [battle(number, "ab"[number % 3 == 0]) for number in range(120)]
        await add_battles(ledger, made)
        labels = [found(one.id, {"code": True, "language": "en"}) for one in made]
        random = Random(1)
        for one in made:
            looks = {name: random.randrange(1, 300) for name in Looks().columns}
            labels.append(found(one.id, looks, "style", "v2"))
        await add_labels(ledger, *labels)
        yield ledger


def declare(file: Path, where: str) -> SlicesInUse:
    file.write_text(f'[[slice]]\nid = "code"\nname = "Code"\nwhere = "{where}"\n')
    return SlicesInUse(file)


async def test_who_leaves_no_votes_leaves_an_empty_board(ledger: Ledger, tmp_path: Path) -> None:
    file = tmp_path / "slices.toml"
    slices = declare(file, "code")
    shown = PublishedBoards(ledger, ["text"], Recipe(), slices)
    publisher = BoardPublisher(ledger, ["text"], Recipe(), slices, (Topic(), Looks()))
    await publisher.publish_stale()
    full = await shown.board("text", "code")
    assert full["votes"] == 120
    for where, controls in (("code AND language = 'tlh'", 2), ("code AND language = 'xx'", 2)):
        declare(file, where)
        assert await publisher.publish_stale() == controls
        empty = await shown.board("text", "code")
        assert (empty["votes"], empty["models"], empty["sources"]) == (0, [], {})
        assert empty["manifest"]["slice"]["where"] == where
        assert where in empty["recipe"]["where"]
    assert await publisher.publish_stale() == 0
    anew = BoardPublisher(ledger, ["text"], Recipe(), slices, (Topic(), Looks()))
    assert await anew.publish_stale() == 0
    at = datetime.fromisoformat(full["published_at"])
    assert (await shown.board("text", "code", at=at))["votes"] == 120
    history = BoardHistory(ledger, shown)
    said = [
        one.kind for one in compared(*await history.pair("text", "code", since=at, at=None)).changes
    ]
    assert {"votes", "recipe", "gone_model"} <= {*said}
    declare(file, "code")
    assert await publisher.publish_stale() == 2
    again = await shown.board("text", "code")
    assert again["models"] == full["models"]
