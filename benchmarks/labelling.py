"""Label conversations with every embedded labeller, alone and through a ledger."""

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from uuid import UUID

from tiltyard.arena.definition import built_in_definition
from tiltyard.arena.examples import example_battles
from tiltyard.contestants.demo import demo_catalogue
from tiltyard.labels.labeller import Batch, Conversation
from tiltyard.labels.labellers import shipped_labellers
from tiltyard.labels.seed import seed_examples
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.history import add_history
from tiltyard.ledger.migrate import upgrade_ledger
from tiltyard.ledger.records import Battle, Turn
from tiltyard.ledger.register import record_contestant, record_definition
from tiltyard.worker.duplicates import Duplicates
from tiltyard.worker.labelling import BATCH, Labelling

BATTLES = 4_000
ROUNDS = 3
LEARNED = (
    "N-grams and measures are counted once for the four learned labellers, and stand in the first."
)
NOTE = (
    "One core, CPU seconds. The prompts are the seed's (75 characters on average, a dozen "
    "languages), a third of them repeated to 600 characters; the answers are those of the demo "
    "contestants, repeated to about 1,500 characters with headers, lists and code."
)


def report() -> str:
    """Measure and write the table."""
    battles = draw_battles()
    batches = [conversations(battles[at : at + BATCH]) for at in range(0, len(battles), BATCH)]
    alone = {labeller.name: 0.0 for labeller in shipped_labellers()}
    for labeller in shipped_labellers():
        labeller.label(Batch(batches[0]))  # learns, and loads its models
    best = float("inf")
    for _ in range(ROUNDS):
        spent = dict.fromkeys(alone, 0.0)
        for talks in batches:
            batch = Batch(talks)
            for labeller in shipped_labellers():
                start = process_time()
                labeller.label(batch)
                spent[labeller.name] += process_time() - start
        if sum(spent.values()) < best:
            best, alone = sum(spent.values()), spent
    whole, copies, idle = asyncio.run(through_a_ledger(battles))
    rows = [f"| {name} | {spent / BATTLES * 1e6:,.0f} |" for name, spent in alone.items()]
    return "\n".join(
        [
            f"# Labelling {BATTLES:,} battles with every embedded labeller",
            "",
            NOTE,
            "",
            "| labeller | µs a battle |",
            "|---|---|",
            *rows,
            f"| **all** | **{best / BATTLES * 1e6:,.0f}** |",
            "",
            "| what | battles a second |",
            "|---|---|",
            f"| all labellers alone | {BATTLES / best:,.0f} |",
            f"| read from a SQLite ledger, labelled, and written to it | {BATTLES / whole:,.0f} |",
            f"| duplicates, which live in the ledger | {BATTLES / copies:,.0f} |",
            "",
            LEARNED,
            f"A pass over the ledger that finds nothing to do takes {idle * 1e3:,.0f} ms.",
            "",
        ]
    )


def draw_battles() -> list[Battle]:
    """Draw example battles with the seed's prompts and longer answers."""
    chance = random.Random(3)
    texts = seed_examples("category").texts
    arena, who = built_in_definition("text"), demo_catalogue().drawable
    examples = cycle(example_battles(arena, who, before=datetime.now(UTC)))
    return [_lengthened(next(examples), chance.choice(texts), chance) for _ in range(BATTLES)]


def _lengthened(battle: Battle, prompt: str, chance: random.Random) -> Battle:
    long = prompt if chance.random() < 2 / 3 else f"{prompt}\n" * max(1, 600 // len(prompt))
    answers = []
    for attempt in battle.attempts:
        text = f"# Answer\n\n{attempt.text}\n\n- one\n- two\n\n"
        whole = (text * (1 + 1_500 // len(text)))[:1_800]
        answers.append(replace(attempt, parts=[{"type": "text", "text": whole}]))
    id_ = UUID(int=chance.getrandbits(128), version=4)
    votes = [replace(vote, receipt=id_.hex) for vote in battle.votes]
    turns = [Turn(1, [{"type": "text", "text": long}])]
    return replace(battle, id=id_, turns=turns, attempts=answers, votes=votes)


def conversations(battles: list[Battle]) -> list[Conversation]:
    """Take the words of battles."""
    return [
        Conversation(
            (str(battle.turns[0].parts[0]["text"]),),
            (battle.attempt(1, "a").text,),
            (battle.attempt(1, "b").text,),
            tuple(side.contestant for side in battle.sides if side.slot == "a"),
            tuple(side.contestant for side in battle.sides if side.slot == "b"),
        )
        for battle in battles
    ]


async def through_a_ledger(battles: list[Battle]) -> tuple[float, float, float]:
    """Label the battles of a SQLite ledger; say how long it takes, and then to find nothing."""
    with TemporaryDirectory() as directory:
        async with Ledger(Path(directory) / "ledger.sqlite3") as ledger:
            await upgrade_ledger(ledger)
            await fill(ledger, battles)
            start = process_time()
            await Labelling(ledger).label_all()
            whole = process_time() - start
            start = process_time()
            await Duplicates(ledger).label_all()
            copies = process_time() - start
            began = perf_counter()
            await Labelling(ledger).label_all()
            return whole, copies, perf_counter() - began


async def fill(ledger: Ledger, battles: list[Battle]) -> None:
    """Put battles into a ledger."""
    async with ledger.writing() as connection:
        arena, now = built_in_definition("text"), datetime.now(UTC)
        await record_definition(connection, arena.id, arena.sha256, {}, now)
        for card in demo_catalogue():
            await record_contestant(connection, card.id, card.version, {"name": card.name}, now)
        await add_history(connection, battles)


if __name__ == "__main__":
    print(report())
