"""Turns: a message is recorded with its open attempts, and then the sides begin to answer."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tiltyard.arena.answering import Answering
from tiltyard.arena.continuing import read_earlier
from tiltyard.arena.definition import ArenaDefinition
from tiltyard.arena.live import LiveTurns
from tiltyard.arena.live_turn import FRAME_S, LiveTurn
from tiltyard.arena.message import check_images, conversation, images_of, to_json
from tiltyard.arena.pacing import pace_of
from tiltyard.arena.uploads import Uploads
from tiltyard.contestants.adapters import Adapters
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.messages import Part
from tiltyard.ledger import battles, register
from tiltyard.ledger.engine import Connection, Ledger
from tiltyard.ledger.records import Battle

SEEDS = 2**31 - 1


class Turns:
    """Opens the turns of an arena and lets its contestants answer.

    Parameters
    ----------
    definition
        What is asked of the contestants.
    adapters, ledger, uploads, live
        How contestants are reached, where turns are remembered, where pictures are, and where
        answers run.
    chance
        Draws seeds.
    """

    def __init__(
        self,
        definition: ArenaDefinition,
        adapters: Adapters,
        ledger: Ledger,
        uploads: Uploads,
        *,
        live: LiveTurns,
        chance: random.Random,
    ) -> None:
        self._definition = definition
        self._adapters = adapters
        self._ledger = ledger
        self._uploads = uploads
        self._live = live
        self._chance = chance

    async def add(
        self, connection: Connection, battle: Battle, number: int, parts: Sequence[Part]
    ) -> None:
        """Record a message and open an attempt of every side, before the first word.

        Raises
        ------
        MessageError
            When it has an image that the person has not sent, or one too many for the conversation.
        """
        if images_of(parts):
            earlier = [*await read_earlier(connection, battle), battle]
            check_images(parts, earlier, self._definition)
        now = datetime.now(UTC)
        parts = await self._uploads.claim(connection, battle.voter, parts)
        await battles.add_turn(connection, battle.id, number, to_json(parts), now)
        await self._uploads.use(connection, battle.id, number, parts)
        for side in battle.sides:
            await battles.open_attempt(
                connection, battle.id, number, side.slot, number=1, **self._opening()
            )

    async def open_again(self, connection: Connection, battle: Battle) -> None:
        """Open a new attempt of every side that has failed in the current turn."""
        for side in battle.sides:
            last = battle.attempt(battle.turn, side.slot)
            if last.state == "failed":
                await battles.open_attempt(
                    connection,
                    battle.id,
                    battle.turn,
                    side.slot,
                    number=last.number + 1,
                    **self._opening(),
                )

    async def answer(self, battle: Battle) -> None:
        """Let every side with an open attempt answer, in a task that belongs to the battle."""
        async with self._ledger.reading() as connection:
            stored = await register.read_versions(connection, (s.version for s in battle.sides))
            earlier = await read_earlier(connection, battle)
        cards = {
            side.slot: Contestant.model_validate(stored[side.version]) for side in battle.sides
        }
        rules = self._definition.answer
        opened = [
            attempt
            for attempt in battle.attempts
            if attempt.turn == battle.turn and attempt.state == "streaming"
        ]
        heard = await self._uploads.lend(
            [
                conversation(battle, attempt.slot, rules.system, earlier=earlier)
                for attempt in opened
            ]
        )
        sides = [
            Answering(
                slot=attempt.slot,
                number=attempt.number,
                seed=attempt.seed,
                contestant=cards[attempt.slot],
                adapter=self._adapters.of(cards[attempt.slot]),
                endpoint=self._adapters.endpoints.of(cards[attempt.slot]),
                conversation=said,
                rules=rules,
            )
            for attempt, said in zip(opened, heard, strict=True)
        ]
        pace = pace_of(self._definition.pacing, frame_s=FRAME_S)
        turn = LiveTurn(battle, sides, self._ledger, pace=pace, unattended_s=rules.unattended_s)
        self._live.start(battle.id, turn, battle.voter)

    def _opening(self) -> dict[str, Any]:
        return {
            "seed": self._chance.randint(0, SEEDS),
            "server": self._ledger.server,
            "at": datetime.now(UTC),
        }
