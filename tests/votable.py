"""Battles whose sides have both answered, put into a ledger at once: ready for votes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from tiltyard.arena.definition import built_in_definition
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.demo import demo_catalogue
from tiltyard.ledger import history, register
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.migrate import upgrade_ledger
from tiltyard.ledger.records import Attempt, Battle, Revealed, Side, Slot, Turn, Vote

TEXT = built_in_definition("text")
SLOTS: tuple[Slot, Slot] = ("a", "b")


def votable_battles(voters: Sequence[str], count: int) -> Iterator[Battle]:
    """Make battles of these voters in turn."""
    cards = list(demo_catalogue())
    for number in range(count):
        pair = cards[number % len(cards)], cards[(number + 1) % len(cards)]
        yield _battle(voters[number % len(voters)], pair)


def voted_battle(pair: Sequence[Contestant], outcome: str, at: datetime) -> Battle:
    """Make a battle of these two that somebody has voted on."""
    vote = Vote(1, outcome, [], None, at, uuid4().hex)
    return replace(_battle("ann", pair), votes=[vote], revealed=Revealed(1, "vote", at))


async def record_votable(url: str, battles: Sequence[Battle]) -> None:
    """Record them in a new ledger."""
    now = datetime.now(UTC)
    async with Ledger(url) as ledger:
        await upgrade_ledger(ledger)
        async with ledger.writing() as connection:
            await register.record_definition(
                connection, TEXT.id, TEXT.sha256, TEXT.model_dump(mode="json"), now
            )
            for card in demo_catalogue():
                await register.record_contestant(
                    connection, card.id, card.version, card.model_dump(mode="json"), now
                )
            await history.add_history(connection, battles)


def _battle(voter: str, pair: Sequence[Contestant]) -> Battle:
    sides = [
        Side(slot, card.id, card.version, {"model": card.id})
        for slot, card in zip(SLOTS, pair, strict=True)
    ]
    answer = [{"type": "text", "text": "Because of the air. " * 60}]
    return Battle(
        id=uuid4(),
        arena=TEXT.id,
        definition=TEXT.sha256,
        mode="battle",
        source="arena",
        voter=voter,
        policy="uniform@1",
        pair_probability=1 / 28,
        created_at=datetime.now(UTC),
        sides=sides,
        turns=[Turn(1, [{"type": "text", "text": "Why is the sky blue?"}])],
        attempts=[Attempt(1, side.slot, 1, "done", 1, answer, "") for side in sides],
        votes=[],
        erased=False,
    )
