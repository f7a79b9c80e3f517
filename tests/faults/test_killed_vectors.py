"""Who is killed while vectors come has kept what came, and the next one pays for the rest only."""

import asyncio
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bags_of_words import bag_classifier, bag_model
from embeddings_server import EmbeddingsServer
from opened import hosted, open_ledger, opened
from polling import until
from preloaded import Preloaded
from tiltyard.arena.voting import Ballot
from tiltyard.battles.outcome import Outcome
from tiltyard.contestants.messages import Part
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.tables import prompt_vectors
from tiltyard_process import begun

pytestmark = pytest.mark.anyio

CATALOGUE = """[[embedding_model]]
id = "bag"
model = "plain"
base_url = "{url}"
texts_at_once = 1
"""
PROMPTS = 9


async def ask(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        for number in range(PROMPTS):
            battle = await arena.open_battle("ann", [Part("text", f"question {number}")])
            async for _ in await arena.events("ann", battle.id, after=0):
                pass
            await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A), key=str(battle.id))


async def vectors_kept(ledger: Ledger) -> int:
    async with ledger.reading() as connection:
        return int(await connection.scalar(select(func.count()).select_from(prompt_vectors)) or 0)


async def test_killed_while_vectors_come_nothing_is_paid_twice(
    ledger_url: str, tmp_path: Path, embeddings_server: EmbeddingsServer
) -> None:
    (tmp_path / "contestants.toml").write_text(CATALOGUE.format(url=embeddings_server.base_url))
    (tmp_path / "labellers").mkdir()
    bag_classifier(bag_model(embeddings_server)).save(tmp_path / "labellers/category.labeller")
    env = {
        "TILTYARD_DATABASE_URL": ledger_url,
        "TILTYARD_CONTESTANTS": str(tmp_path / "contestants.toml"),
        "TILTYARD_LABELLERS": str(tmp_path / "labellers"),
    }

    def labelling() -> AbstractContextManager[Preloaded]:
        return begun("label", "run", "--labeller", "category", **env)

    async with open_ledger(ledger_url) as ledger:
        await ask(ledger)
        embeddings_server.behave("silent-after-6")

        async def six_are_kept() -> bool:
            return await vectors_kept(ledger) == 6

        with labelling():
            await until(six_are_kept)
        embeddings_server.behave("")
        with labelling() as labelled:
            said = await asyncio.to_thread(labelled.stdout.read)
        assert f"{PROMPTS} battles labelled by vectors, 3 texts sent" in said
        assert len(embeddings_server.texts) == PROMPTS - 6
