"""Contestants that say a few words and then wait until the test lets them end."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from tiltyard.contestants.adapter import Adapter, AnswerError, Finished, Piece, Text
from tiltyard.contestants.adapters import Adapters
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.messages import Message


@dataclass(slots=True)
class Gate:
    """One answer in the making."""

    spoke: asyncio.Event = field(default_factory=asyncio.Event)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    fails: bool = False


class GatedAdapter:
    """Answer behind gates, which are found by the question and the contestant."""

    def __init__(self) -> None:
        self.gates: dict[tuple[str, str], Gate] = {}

    async def answer(
        self,
        contestant: Contestant,
        conversation: tuple[Message, ...],
        *,
        seed: int,
        connect_s: float,
    ) -> AsyncGenerator[Piece]:
        del seed, connect_s
        gate = Gate()
        question = "".join(part.text for part in conversation[-1].parts)
        self.gates[question, contestant.id] = gate
        yield Text("Some words. ")
        gate.spoke.set()
        await gate.may_end.wait()
        if gate.fails:
            message = "The test let this side fail."
            raise AnswerError(message)
        yield Text("The end.")
        yield Finished()

    async def close(self) -> None:
        """Release nothing."""


class GatedAdapters(Adapters):
    """Let every contestant answer behind a gate."""

    def __init__(self) -> None:
        super().__init__(pace=0)
        self.gated = GatedAdapter()

    def of(self, contestant: Contestant) -> Adapter:
        del contestant
        return self.gated
