"""No word of an erased battle is left in any column of any table, whichever way it is erased."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from importing import import_file
from opened import open_ledger
from tiltyard.imports.removing import remove_source
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.erasing import forget_battle
from tiltyard.ledger.prompt_vectors import PromptVector, VectorRequest, keep_vectors
from tiltyard.ledger.prompts import Prompt, add_prompts
from tiltyard.ledger.tables import (
    attempts,
    battles,
    labels,
    metadata,
    prompt_bands,
    prompt_vectors,
    prompts,
    votes,
)
from tiltyard.worker.labelling import Labelling

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC)
ERASED, KEPT = "quetzal", "capybara"
"""A word of the battle that is erased, and one of the battle that stays."""
WHERE = {
    "attempts.error",
    "attempts.parts",
    "attempts.reasoning",
    "labels.value",
    "sides.components",
    "turns.parts",
    "votes.comment",
}


@pytest.fixture
async def ledger(ledger_url: str, tmp_path: Path) -> AsyncGenerator[Ledger]:
    """A ledger with two battles that have words wherever there can be any."""
    async with open_ledger(ledger_url) as ledger:
        for word in (ERASED, KEPT):
            file = tmp_path / f"{word}.jsonl"
            file.write_text(json.dumps(published(word)))
            await import_file(ledger, file, source=word)
            await remember(ledger, word)
        await Labelling(ledger).label_all()
        yield ledger


def published(word: str) -> dict[str, object]:
    """A vote in the schema of 100k, with the word in all that people and models say in it."""
    said = {
        "system": f"You are a {word}.",
        "user": f"What does a {word} that nobody has asked about before have for breakfast?",
        "assistant": f"The {word} breakfasts on what it finds.",
    }
    talk = [
        {"role": role, "content": text, "reasoning_content": text} for role, text in said.items()
    ]
    return {
        "question_id": word,
        "model_a": "amber",
        "model_b": "birch",
        "winner": "model_a",
        "conversation_a": talk,
        "conversation_b": talk,
        "comment": f"I like the {word}.",
        "judge_hash": "judge",
        "conv_metadata": {"turns": 1},
        "category_tag": {"if_v0.1": {"if": False, "score": 4}},
        "language": f"The tongue of the {word}",
    }


async def remember(ledger: Ledger, word: str) -> None:
    """Let the answers of a battle have failed, and its prompt be remembered in every way."""
    id_ = await battle_of(ledger, word)
    async with ledger.writing() as connection:
        failed = update(attempts).where(attempts.c.battle == id_)
        await connection.execute(failed.values(error=f"No {word} is allowed here."))
        vector = PromptVector(f"of {word}", id_, b"1234")
        asked = VectorRequest("embedder", "1", 1, None, None, None)
        await keep_vectors(connection, [vector], asked, NOW)
        prompt = Prompt(f"of {word}", id_, 1, b"1234", None)
        await add_prompts(connection, [prompt], {prompt.key: [len(word)]})


async def battle_of(ledger: Ledger, word: str) -> UUID:
    query = select(battles.c.id).where(battles.c.source == f"import:{word}")
    async with ledger.reading() as connection:
        (id_,) = await connection.scalars(query)
    return UUID(str(id_))


async def places(ledger: Ledger, word: str) -> set[str]:
    """Every column of every table in which a word stands, but for names of sources and keys."""
    found: set[str] = set()
    async with ledger.reading() as connection:
        for table in metadata.sorted_tables:
            for row in (await connection.execute(table.select())).mappings():
                found |= {f"{table}.{name}" for name, value in row.items() if word in repr(value)}
    named = {"arena_definitions.definition", "battles.source", "source_removals.source"}
    keys = {"prompts.key", "prompt_bands.prompt", "prompt_vectors.key"}
    return found - named - keys


async def forget(ledger: Ledger) -> None:
    id_ = await battle_of(ledger, ERASED)
    async with ledger.writing() as connection:
        await forget_battle(connection, id_, NOW)


async def take_back(ledger: Ledger) -> None:
    await remove_source(ledger, ERASED)


WAYS = pytest.mark.parametrize("erase", [forget, take_back])


@WAYS
async def test_no_word_is_left_anywhere(
    ledger: Ledger, erase: Callable[[Ledger], Awaitable[None]]
) -> None:
    assert await places(ledger, ERASED) == await places(ledger, KEPT) == WHERE
    await erase(ledger)
    assert await places(ledger, ERASED) == set()
    assert await places(ledger, KEPT) == WHERE


@WAYS
async def test_what_was_made_of_the_words_goes_with_them(
    ledger: Ledger, erase: Callable[[Ledger], Awaitable[None]]
) -> None:
    assert await remembered(ledger) == [f"of {word}" for word in (KEPT, ERASED)] * 3
    await erase(ledger)
    assert await remembered(ledger) == [f"of {KEPT}"] * 3


async def remembered(ledger: Ledger) -> list[str]:
    """The keys of prompts in each table that has some."""
    found: list[str] = []
    async with ledger.reading() as connection:
        for column in (prompts.c.key, prompt_bands.c.prompt, prompt_vectors.c.key):
            found += await connection.scalars(select(column).order_by(column))
    return found


@pytest.mark.parametrize(("erase", "stay"), [(forget, True), (take_back, False)])
async def test_labels_found_here_stay_while_their_votes_count(
    ledger: Ledger, erase: Callable[[Ledger], Awaitable[None]], *, stay: bool
) -> None:
    await erase(ledger)
    id_ = await battle_of(ledger, ERASED)
    async with ledger.reading() as connection:
        of_it = select(labels.c.labeller).where(labels.c.battle == id_)
        found = set(await connection.scalars(of_it))
        cast = await connection.scalar(select(votes.c.outcome).where(votes.c.battle == id_))
    assert ("language" in found) is stay
    assert "published" not in found
    assert cast == "a"
