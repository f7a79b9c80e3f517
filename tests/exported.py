"""A ledger with battles of known words and votes, for tests of what goes out."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import polars as pl

from opened import open_ledger
from tiltyard.arena.definition import ArenaDefinition, Consent, built_in_definition
from tiltyard.contestants.card import Contestant, Status
from tiltyard.contestants.demo import demo_catalogue
from tiltyard.ledger import history, register
from tiltyard.ledger.consents import add_decision
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.erasing import forget_battle
from tiltyard.ledger.records import Attempt, Battle, Revealed, Side, Slot, Turn, Vote
from tiltyard.ledger.releases import all_battles
from tiltyard.releases.comparing import battles_in, key_of
from tiltyard.releases.exporting import Export, ExportReport, export_votes
from tiltyard.releases.files import Format
from tiltyard.releases.hiding import release_id
from tiltyard.releases.manifest import Manifest, read_manifest
from tiltyard.releases.plan import Plan
from tiltyard.releases.preparing import prepare
from tiltyard.releases.rare_texts import RareTexts

TEXT = built_in_definition("text")
WREN, OWL, HERON = (f"demo-{name}" for name in ("wren", "owl", "heron"))
SLOTS: tuple[Slot, Slot] = ("a", "b")
LONG_AGO = datetime(2026, 3, 1, 12, tzinfo=UTC)
CARDS = {card.id: card for card in demo_catalogue()}


def preview(id_: str = HERON) -> Contestant:
    """The same contestant while it was a preview."""
    return CARDS[id_].model_copy(update={"status": Status.PREVIEW, "alias": "Blue Sky"})


def battle(
    number: int,
    outcome: str = "a",
    *,
    voter: str = "ann",
    sides: Sequence[Contestant] = (CARDS[WREN], CARDS[OWL]),
    asked: Sequence[str] = ("Why is the sky blue?",),
    said: Sequence[tuple[str, str]] = (("Air.", "Light."),),
    definition: ArenaDefinition = TEXT,
    comment: str | None = None,
    at: datetime | None = None,
    stopped: Slot | None = None,
) -> Battle:
    """A settled battle with one vote on its last turn, unless it is said when."""
    opened = LONG_AGO + timedelta(minutes=number) if at is None else at
    last = len(asked)
    return Battle(
        id=UUID(int=number, version=4),
        arena=definition.id,
        definition=definition.sha256,
        mode="battle",
        source="arena",
        voter=voter,
        policy="uniform@1",
        pair_probability=0.25,
        created_at=opened,
        sides=[
            Side(slot, card.id, card.version, {"model": card.id})
            for slot, card in zip(SLOTS, sides, strict=True)
        ],
        turns=[Turn(turn, _text(text)) for turn, text in enumerate(asked, 1)],
        attempts=[
            Attempt(turn, slot, 1, "stopped" if slot == stopped else "done", 1, _text(text), "")
            for turn, both in enumerate(said, 1)
            for slot, text in zip(SLOTS, both, strict=True)
        ],
        votes=[Vote(last, outcome, ["clear"], comment, opened, f"receipt-{number}")],
        erased=False,
        revealed=Revealed(last, "vote", opened),
    )


def unsettled(number: int) -> Battle:
    """A battle of now whose vote stayed blind."""
    return replace(battle(number, at=datetime.now(UTC)), revealed=None)


def _text(text: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": text}] if text else []


async def record(
    ledger: Ledger, battles: Sequence[Battle], *, definition: ArenaDefinition = TEXT
) -> None:
    """Put them into a ledger with its tables."""
    cards = [*CARDS.values(), preview()]
    async with ledger.writing() as connection:
        await register.record_definition(
            connection,
            definition.id,
            definition.sha256,
            definition.model_dump(mode="json"),
            LONG_AGO,
        )
        for card in cards:
            await register.record_contestant(
                connection, card.id, card.version, card.model_dump(mode="json"), LONG_AGO
            )
        await history.add_history(connection, battles)


async def export(ledger: Ledger, out: Path, wanted: Export) -> ExportReport:
    return await ledger.in_thread(lambda connection: export_votes(connection, wanted, out))


def read_parts(out: Path, stem: str) -> pl.DataFrame:
    """All Parquet files of an export, in their order."""
    return pl.concat(pl.read_parquet(file) for file in sorted(out.glob(f"{stem}-*.parquet")))


async def read_release(ledger: Ledger, out: Path) -> pl.DataFrame:
    """The rows of a prepared release by the ids of the ledger, in their order.

    The ids that they have in the release are in `released_id`.
    """
    frame = read_parts(out / "data", "votes")

    def ids(connection: SyncConnection) -> dict[str, str]:
        key = key_of(connection, read_manifest(out))
        assert key is not None
        return {release_id(id_, key): id_ for id_ in all_battles(connection)}

    known = await ledger.in_thread(ids)
    released_id = pl.col("battle_id").alias("released_id")
    return frame.with_columns(pl.col("battle_id").replace_strict(known), released_id).sort(
        "battle_id"
    )


ASKING = TEXT.model_copy(
    update={"consent": Consent(version="2026-11", text="Battles may be published.")}
)
"""The text arena, telling people that battles are published."""


def asked(number: int, outcome: str = "a", **facts: object) -> Battle:
    """A battle of that arena."""
    return battle(number, outcome, definition=ASKING, **facts)  # type: ignore[arg-type]  # as `battle` takes them


def id_of(number: int) -> str:
    """The id of the battle of this number, as text."""
    return str(UUID(int=number, version=4))


@asynccontextmanager
async def ledger_of_four(url: str) -> AsyncGenerator[Ledger]:
    """A ledger with four battles that may be published; bob's is the second, ann's the others."""
    four = [asked(1), asked(2, voter="bob"), asked(3), asked(4)]
    async with open_ledger(url) as ledger:
        await record(ledger, four, definition=ASKING)
        yield ledger


async def forget(ledger: Ledger, number: int) -> None:
    """Erase the words of the battle of this number."""
    async with ledger.writing() as connection:
        await forget_battle(connection, UUID(id_of(number)), datetime.now(UTC))


async def opt_out(ledger: Ledger, voter: str) -> None:
    """Let nothing of this voter be published."""
    async with ledger.writing() as connection:
        await add_decision(connection, voter, datetime.now(UTC), publish=False, shown={})


def plan(
    name: str = "first",
    *,
    schema: str = "tiltyard",
    format_: Format = "parquet",
    texts: RareTexts | None = None,
) -> Plan:
    """A release of everything."""
    return Plan(
        name,
        "Votes of the tests",
        "cc-by-4.0",
        Export("text", schema, format=format_),
        "overall",
        texts or RareTexts(2, "keep"),
    )


async def prepared(ledger: Ledger, out: Path, wanted: Plan | None = None) -> Manifest:
    return await prepare(ledger, wanted or plan(), out)


async def released(ledger: Ledger, out: Path) -> set[str]:
    """Which battles a prepared release has, by their ids in the ledger."""
    return await ledger.in_thread(lambda c: battles_in(c, out, read_manifest(out)))
