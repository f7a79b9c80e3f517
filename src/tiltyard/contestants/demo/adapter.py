"""The adapter that lets demo contestants answer in process, at a speed of their own."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Iterator

from tiltyard.contestants.adapter import Finished, Piece, Reasoning, Text
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.demo.answering import perform
from tiltyard.contestants.demo.voices import VOICES
from tiltyard.contestants.messages import Message

_LONGEST = 4.5  # seconds of streaming, however long the answer
_THINKING = 0.4  # seconds


class Demo:
    """Stream canned answers, piece by piece.

    Parameters
    ----------
    pace
        Multiplies every delay; 0 answers at once.
    """

    def __init__(self, *, pace: float = 1.0) -> None:
        self._pace = pace

    async def answer(
        self, contestant: Contestant, conversation: tuple[Message, ...], *, seed: int
    ) -> AsyncGenerator[Piece]:
        """Answer the last message; earlier turns are not taken into account."""
        performance = perform(contestant, conversation[-1].text, seed)
        voice = VOICES[contestant.model]
        await self._sleep(voice.wait)
        if performance.thought:
            async for piece in self._spoken(performance.thought, voice.stride, _THINKING):
                yield Reasoning(piece)
        seconds = min(len(performance.answer) / voice.speed, _LONGEST)
        async for piece in self._spoken(performance.answer, voice.stride, seconds):
            yield Text(piece)
        yield Finished("stop", request={"adapter": "demo", "model": contestant.model, "seed": seed})

    async def close(self) -> None:
        """Nothing to release."""

    async def _spoken(self, text: str, stride: int, seconds: float) -> AsyncGenerator[str]:
        for piece in _pieces(text, stride):
            yield piece
            await self._sleep(seconds * len(piece) / len(text))

    async def _sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds * self._pace)


def _pieces(text: str, stride: int) -> Iterator[str]:
    """Cut a text into pieces of uneven length, `stride` on average, always at the same places."""
    lengths = hashlib.sha256(text.encode()).digest()
    start = number = 0
    while start < len(text):
        end = start + max(1, stride * (128 + lengths[number % len(lengths)]) // 256)
        yield text[start:end]
        start, number = end, number + 1
