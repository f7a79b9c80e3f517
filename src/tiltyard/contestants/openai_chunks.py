"""What the chunks of a streamed chat completion say, as pieces of an answer."""

import json
from collections.abc import Iterator
from typing import Any

from tiltyard.contestants.adapter import Reasoning, Text
from tiltyard.contestants.event_stream import EventStream
from tiltyard.contestants.think_tags import ThinkTags


class ChunkError(ValueError):
    """A chunk is not JSON, is not an object, or carries the provider's error."""


class Completion:
    """A chat completion, read from the bytes of its stream as they arrive.

    Reasoning is recognised where providers put it: in `reasoning_content` or `reasoning` beside
    the content, in `thinking` parts of it, or in a leading `<think>` block.

    Attributes
    ----------
    stop_reason, input_tokens, output_tokens
        As the provider reported them so far.
    done
        Whether the provider said that nothing more comes.
    """

    def __init__(self) -> None:
        self.stop_reason: str | None = None
        self.input_tokens: int | None = None
        self.output_tokens: int | None = None
        self.done = False
        self._events = EventStream()
        self._tags = ThinkTags()

    def feed(self, chunk: bytes) -> Iterator[Text | Reasoning]:
        """Take the next bytes and go through the pieces of the answer that they complete.

        Raises
        ------
        ChunkError, OversizedEventError
            When the stream is not that of a completion; the pieces before it have come out.
        """
        for data in self._events.feed(chunk):
            yield from self._read(data)

    def end(self) -> Iterator[Text | Reasoning]:
        """Go through what was held back until the end of the stream.

        Raises
        ------
        ChunkError
            When the stream ended before the answer did: without `[DONE]` and without a reason.
        """
        for data in self._events.end():
            yield from self._read(data)
        yield from self._tags.end()
        if not self.done and self.stop_reason is None:
            raise ChunkError("ended the stream in the middle of the answer")

    def _read(self, data: str) -> Iterator[Text | Reasoning]:
        if data.strip() == "[DONE]":
            self.done = True
        if self.done:
            return
        chunk = _object(data)
        self._note_usage(chunk.get("usage"))
        for choice in _dicts(chunk.get("choices")):
            if choice.get("index", 0) == 0:
                yield from self._read_choice(choice)

    def _read_choice(self, choice: dict[str, Any]) -> Iterator[Text | Reasoning]:
        if isinstance(choice.get("finish_reason"), str):
            self.stop_reason = choice["finish_reason"]
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            return
        # Servers that send both names send the same text twice.
        thought = delta.get("reasoning_content") or delta.get("reasoning")
        if isinstance(thought, str) and thought:
            yield Reasoning(thought)
        yield from self._read_content(delta.get("content"))
        yield from self._read_content(delta.get("refusal"))

    def _read_content(self, content: object) -> Iterator[Text | Reasoning]:
        if isinstance(content, str):
            yield from self._tags.feed(content)
        for part in _dicts(content):
            if isinstance(part.get("text"), str):
                yield from self._tags.feed(part["text"])
            for thought in _dicts(part.get("thinking")):
                if isinstance(thought.get("text"), str):
                    yield Reasoning(thought["text"])

    def _note_usage(self, usage: object) -> None:
        if isinstance(usage, dict):
            self.input_tokens = _count(usage.get("prompt_tokens"), self.input_tokens)
            self.output_tokens = _count(usage.get("completion_tokens"), self.output_tokens)


def _object(data: str) -> dict[str, Any]:
    try:
        chunk = json.loads(data)
    except ValueError:
        raise ChunkError(f"sent something that is not JSON: {data}") from None
    if not isinstance(chunk, dict):
        raise ChunkError(f"sent something that is not a chunk of an answer: {data}")
    if chunk.get("error"):
        raise ChunkError(f"reported an error: {json.dumps(chunk['error'], ensure_ascii=False)}")
    return chunk


def _dicts(value: object) -> Iterator[dict[str, Any]]:
    """Go through a list's objects; anything else has none."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def _count(value: object, known: int | None) -> int | None:
    return value if isinstance(value, int) and value >= 0 else known
