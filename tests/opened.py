"""An arena on an open ledger, for tests of what happens in it."""

import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from ledger_tables import lay_tables
from tiltyard.arena.arenas import Arenas
from tiltyard.arena.definition import ArenaDefinition, built_in_definition
from tiltyard.arena.live import LiveTurns
from tiltyard.arena.roster import Roster
from tiltyard.arena.service import Arena
from tiltyard.arena.uploads import Uploads
from tiltyard.blobs.files import FileBlobs
from tiltyard.contestants.adapters import Adapters
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.catalogue import Catalogue
from tiltyard.contestants.demo import demo_catalogue
from tiltyard.contestants.messages import Part
from tiltyard.images.sandbox import Sandbox
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.migrate import upgrade_ledger

NO_BLOBS = Path("/dev/null")
"""Where nothing can be kept: for arenas of words."""

ASK = [Part("text", "Why is the sky blue?")]


def served_model(model: str, base_url: str, *, id_: str | None = None) -> Contestant:
    """A contestant behind the tests' model server; the model's name chooses how it behaves."""
    return Contestant(
        id=id_ or f"test-{model}",
        name=f"Test {model}",
        organisation="Test works",
        licence="none",
        adapter="openai_chat",
        model=model,
        base_url=base_url,
    )


def impatient(seconds: float) -> ArenaDefinition:
    """The text arena, giving contestants this long for their first word and between words."""
    text = built_in_definition("text")
    limits = {"first_piece_s": seconds, "idle_s": seconds}
    return text.model_copy(update={"answer": text.answer.model_copy(update=limits)})


@asynccontextmanager
async def open_ledger(url: str) -> AsyncGenerator[Ledger]:
    """A ledger with its tables."""
    await lay_tables(url)
    async with Ledger(url) as ledger:
        await upgrade_ledger(ledger)
        yield ledger


def make_arena(
    ledger: Ledger,
    *contestants: Contestant,
    definition: ArenaDefinition | None = None,
    live_turns: int = 100,
    pace: float = 0,
    blobs: Path = NO_BLOBS,
    adapters: Adapters | None = None,
) -> Arena:
    """An arena of these contestants, or of the demo ones answering at once."""
    catalogue = Catalogue(contestants, "the test") if contestants else demo_catalogue()
    return Arena(
        definition or built_in_definition("text"),
        Roster(ledger, catalogue),
        adapters or Adapters(pace=pace),
        ledger,
        Uploads(ledger, FileBlobs(blobs), Sandbox()),
        live=LiveTurns(live_turns, per_voter=live_turns),
        chance=random.Random(7),
    )


def hosted(arena: Arena) -> Arenas:
    """The arenas of an installation that has but this one."""
    return Arenas([arena], arena._ledger)


@asynccontextmanager
async def opened(
    ledger: Ledger,
    *contestants: Contestant,
    definition: ArenaDefinition | None = None,
    live_turns: int = 100,
    pace: float = 0,
    blobs: Path = NO_BLOBS,
    adapters: Adapters | None = None,
) -> AsyncGenerator[Arena]:
    """An open arena; closed at the end."""
    arena = make_arena(
        ledger,
        *contestants,
        definition=definition,
        live_turns=live_turns,
        pace=pace,
        blobs=blobs,
        adapters=adapters,
    )
    await arena.open()
    yield arena
    await arena.close()
