"""An answer, read from the bytes of its stream as they arrive: what all wires have in common."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tiltyard.contestants.adapter import Finished, Reasoning, Text
from tiltyard.contestants.event_stream import EventStream

Words = Iterator[Text | Reasoning]


class ChunkError(ValueError):
    """A chunk is not JSON, is not an object, or carries the provider's error.

    Parameters
    ----------
    sentence
        What the provider did, without its name: `ended the stream …`.
    again
        Whether asking again may help.
    """

    def __init__(self, sentence: str, *, again: bool = False) -> None:
        super().__init__(sentence)
        self.again = again


class AnswerStream(ABC):
    """Reads one answer. A wire says what its events mean.

    Attributes
    ----------
    finished
        What the provider has reported so far.
    done
        Whether the provider said that nothing more comes.
    """

    def __init__(self) -> None:
        self.finished = Finished()
        self.done = False
        self._events = EventStream()

    def feed(self, chunk: bytes) -> Words:
        """Take the next bytes and go through the pieces of the answer that they complete.

        Raises
        ------
        ChunkError, OversizedEventError
            When the stream is not that of an answer; the pieces before it have come out.
        """
        for data in self._events.feed(chunk):
            yield from self._heed(data)

    def end(self) -> Words:
        """Go through what was held back until the end of the stream.

        Raises
        ------
        ChunkError
            When the stream ended before the answer did: without a word that it is done and
            without a reason.
        """
        for data in self._events.end():
            yield from self._heed(data)
        yield from self.rest()
        if not self.done and self.finished.stop_reason is None:
            raise ChunkError("ended the stream in the middle of the answer", again=True)

    @abstractmethod
    def read(self, data: str) -> Words:
        """Go through the pieces in one event."""

    def rest(self) -> Words:
        """Go through what the wire itself held back."""
        yield from ()

    def note(self, **reported: Any) -> None:  # noqa: ANN401 - checked by what they are below
        """Remember what the provider reported; what it left out stays as it was.

        Counts must be whole numbers, and the rest words: nothing else is believed.
        """
        good = {
            name: value
            for name, value in reported.items()
            if (_is_count(value) if name.endswith("_tokens") else _is_word(value))
        }
        self.finished = replace(self.finished, **good)

    def _heed(self, data: str) -> Words:
        if not self.done:
            yield from self.read(data)


def read_object(data: str) -> dict[str, Any]:
    """Read an event that must be a JSON object without an error in it.

    Raises
    ------
    ChunkError
        When it is not; the provider may recover from its own error, but not from garble.
    """
    try:
        chunk = json.loads(data)
    except (ValueError, RecursionError):
        raise ChunkError(f"sent something that is not JSON: {data}") from None
    if not isinstance(chunk, dict):
        raise ChunkError(f"sent something that is not a chunk of an answer: {data}")
    if chunk.get("error"):
        raise reported(chunk["error"])
    return chunk


def reported(error: object) -> ChunkError:
    """Tell what the provider says went wrong with it."""
    return ChunkError(f"reported an error: {json.dumps(error, ensure_ascii=False)}", again=True)


def objects(value: object) -> Iterator[dict[str, Any]]:
    """Go through a list's objects; anything else has none."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def an_object(value: object) -> dict[str, Any]:
    """Take an object; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def total(*counts: object) -> int | None:
    """Add counts of which some may be missing; None when the first is."""
    if not _is_count(counts[0]):
        return None
    return sum(count for count in counts if isinstance(count, int) and _is_count(count))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_word(value: object) -> bool:
    return isinstance(value, str) and value != ""
