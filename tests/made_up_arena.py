"""A made-up arena with known strengths and a known taste for length, released: for notebooks."""

import random
from collections.abc import Iterator
from pathlib import Path

from exported import ASKING, CARDS, battle, plan, prepared, record
from opened import open_ledger
from tiltyard.ledger.records import Battle
from tiltyard.worker.labelling import Labelling

STRENGTHS = {
    "demo-heron": 1.0,
    "demo-owl": 0.8,
    "demo-wren": 0.5,
    "demo-robin": 0.2,
    "demo-peacock": 0.3,
    "demo-swift": -0.6,
}
WORDY = {"demo-peacock": 2.2, "demo-heron": 1.3}
"""How much longer than others these answer."""

BATTLES, VOTERS = 900, 150
WORTH = 0.9
"""What being twice as long is worth, in nats."""


def battles() -> Iterator[Battle]:
    """The battles, the same every time."""
    chance = random.Random(7)
    names = list(STRENGTHS)
    for number in range(1, BATTLES + 1):
        pair = chance.sample(names, 2)
        said = tuple(_answer(chance, name) for name in pair)
        longer = len(said[0]) / (len(said[0]) + len(said[1])) - 0.5
        edge = STRENGTHS[pair[0]] - STRENGTHS[pair[1]] + 4 * WORTH * longer
        tie = chance.random() < 0.15
        won = chance.random() < 1 / (1 + 2.718281828 ** (-edge))
        yield battle(
            number,
            "tie" if tie else "a" if won else "b",
            voter=f"voter-{chance.randrange(VOTERS)}",
            sides=[CARDS[name] for name in pair],
            asked=(f"Tell me about topic {chance.randrange(200)}, please.",),
            said=[(said[0], said[1])],
            definition=ASKING,
        )


def _answer(chance: random.Random, name: str) -> str:
    words = int(chance.uniform(40, 200) * WORDY.get(name, 1.0))
    lines = [" ".join(["word"] * 12) for _ in range(max(words // 12, 1))]
    marks = ["# Answer", *(f"- {line}" for line in lines)] if chance.random() < 0.5 else lines
    return "\n".join([*marks, "**Done.**" if chance.random() < 0.3 else "Done."])


async def release_made_up_arena(directory: Path) -> None:
    """Put the release into `release` in a directory."""
    async with open_ledger(f"sqlite:///{directory / 'ledger.sqlite3'}") as ledger:
        await record(ledger, list(battles()), definition=ASKING)
        await Labelling(ledger).label_all()
        await prepared(ledger, directory / "release", plan("2026-11"))
