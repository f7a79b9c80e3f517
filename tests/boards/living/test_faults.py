"""Whatever goes wrong in a pass, the next one publishes what one that never failed would have."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import NoReturn

import pytest
from sqlalchemy.exc import OperationalError

from labelled import Looks, Topic, add_battles, add_labels, battle, found, record_cards
from opened import open_ledger
from tiltyard.boards.living import counts, table
from tiltyard.boards.published.boards import PublishedBoards
from tiltyard.boards.published.publishing import BoardPublisher
from tiltyard.boards.recipes.recipe import Recipe
from tiltyard.boards.slices.in_use import SlicesInUse
from tiltyard.labels import duplicates
from tiltyard.ledger.engine import Ledger

pytestmark = pytest.mark.anyio

CODE = '[[slice]]\nid = "code"\nname = "Code"\nwhere = "code"\n'
GERMAN = '[[slice]]\nid = "german"\nname = "German"\nwhere = "language = \'de\'"\n'
SHORT = '[[slice]]\nid = "short"\nname = "Short"\nwhere = "CAST(style_tokens_a AS TINYINT) < 9"\n'
"""Good for the numbers that it is checked with, and too small for what answers are really long."""
FIRST = '[[slice]]\nid = "first"\nname = "First"\nwhere = "prompt_copies <= 1"\n'


def declare(file: Path, slices: str) -> None:
    file.write_text(slices)


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        await record_cards(ledger)
        yield ledger


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "slices.toml"
    declare(file, CODE + GERMAN)
    return file


def publisher(ledger: Ledger, file: Path) -> BoardPublisher:
    return BoardPublisher(ledger, ["text"], Recipe(), SlicesInUse(file), (Topic(), Looks()))


async def vote(ledger: Ledger, count: int) -> None:
    """Let people vote, and label the battles."""
    random = Random(count)
    made = [battle(random.randrange(1000), random.choice("ab")) for _ in range(count)]
    await add_battles(ledger, made)
    labels = []
    for one in made:
        topic = {"code": random.random() < 0.5, "language": random.choice(["de", "en"])}
        looks = {name: random.randrange(1, 300) for name in Looks().columns}
        copy = {"prompt_copies": random.randrange(1, 4)}
        labels += [found(one.id, topic), found(one.id, looks, "style", "v2")]
        labels.append(found(one.id, copy, duplicates.LABELLER, duplicates.VERSION))
    await add_labels(ledger, *labels)


async def votes_on_boards(ledger: Ledger, file: Path) -> dict[str, int]:
    slices = SlicesInUse(file)
    boards = PublishedBoards(ledger, ["text"], Recipe(), slices)
    return {one.id: (await boards.board("text", one.id))["votes"] for one in slices.now()}


async def require_all_votes(ledger: Ledger, file: Path) -> dict[str, int]:
    """Another worker, which never saw the fault, finds nothing to publish."""
    published = await votes_on_boards(ledger, file)
    assert await publisher(ledger, file).publish_stale() == 0
    return published


async def test_a_slice_that_votes_cannot_answer_stands_still_alone(
    ledger: Ledger, file: Path
) -> None:
    boards = publisher(ledger, file)
    await vote(ledger, 60)
    await boards.publish_stale()
    declare(file, CODE + SHORT + GERMAN)
    await vote(ledger, 40)
    for published in (True, False):
        assert (await boards.publish_stale() > 0) == published
        assert boards.slices_fault is not None
        assert "the condition of the slice short cannot be answered" in boards.slices_fault
    during = await votes_on_boards(ledger, file)
    assert (during["overall"], during["short"]) == (100, 0)
    declare(file, CODE + GERMAN)
    await vote(ledger, 20)
    await boards.publish_stale()
    assert boards.slices_fault is None
    after = await require_all_votes(ledger, file)
    assert after["overall"] == 120
    assert after["german"] > during["german"] > 0


async def test_a_slice_may_ask_how_often_a_prompt_was_asked(ledger: Ledger, file: Path) -> None:
    declare(file, FIRST)
    await vote(ledger, 60)
    await publisher(ledger, file).publish_stale()
    published = await require_all_votes(ledger, file)
    assert 0 < published["first"] < published["overall"] == 60


@dataclass(frozen=True)
class Fault:
    """What fails once; in the ledger itself where no other place is named."""

    place: object | None
    step: str
    error: Exception

    def fail(self, *_: object) -> NoReturn:
        raise self.error


CLOSED = OperationalError("SELECT", {}, Exception("the server closed the connection"))
FAULTS = {
    "while votes are read": Fault(table, "read_public_versions", CLOSED),
    "while numbers of labels are read": Fault(table, "read_labelled_ids", CLOSED),
    "while labels are read": Fault(table, "read_labels_of", CLOSED),
    "while votes are counted": Fault(counts, "_summed", MemoryError()),
    "while boards are published": Fault(None, "write_in_thread", CLOSED),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_no_vote_is_lost_to_a_failure_while_boards_are_made(
    ledger: Ledger, file: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    boards = publisher(ledger, file)
    await vote(ledger, 60)
    await boards.publish_stale()
    await vote(ledger, 40)
    with monkeypatch.context() as patch:
        patch.setattr(fault.place or ledger, fault.step, fault.fail)
        with pytest.raises(type(fault.error)):
            await boards.publish_stale()
    await boards.publish_stale()
    assert (await require_all_votes(ledger, file))["overall"] == 100
