"""The adapter that lets demo contestants answer in process, at a speed of their own."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Iterator

from tiltyard.contestants.adapter import Finished, Piece, Reasoning, Text
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.demo.answering import perform
from tiltyard.contestants.demo.voices import VOICES
from tiltyard.contestants.messages import Message

_SPEAKING = 4.5  # seconds at most, however long the answer
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
        self,
        contestant: Contestant,
        conversation: tuple[Message, ...],
        *,
        seed: int,
        connect_s: float,
    ) -> AsyncGenerator[Piece]:
        """Answer the last message; earlier turns are not taken into account."""
        del connect_s  # there is nobody to reach
        for pause, piece in schedule(contestant, conversation[-1].text, seed):
            await asyncio.sleep(pause * self._pace)
            yield piece

    async def close(self) -> None:
        """Nothing to release."""


def schedule(contestant: Contestant, prompt: str, seed: int) -> Iterator[tuple[float, Piece]]:
    """Go through the pieces of an answer, each with the seconds that pass before it."""
    performance = perform(contestant, prompt, seed)
    voice = VOICES[contestant.model]
    speaking = min(len(performance.answer) / voice.speed, _SPEAKING)
    parts = ((Reasoning, performance.thought, _THINKING), (Text, performance.answer, speaking))
    pause = voice.wait
    for kind, text, seconds in parts:
        for piece in _cut(text, voice.stride):
            yield pause, kind(piece)
            pause = seconds * len(piece) / len(text)
    request = {"adapter": "demo", "model": contestant.model, "seed": seed}
    yield pause, Finished("stop", request=request)


def _cut(text: str, stride: int) -> Iterator[str]:
    """Cut a text into pieces of uneven length, `stride` on average, always at the same places."""
    lengths = hashlib.sha256(text.encode()).digest()
    start = number = 0
    while start < len(text):
        end = start + max(1, stride * (128 + lengths[number % len(lengths)]) // 256)
        yield text[start:end]
        start, number = end, number + 1
