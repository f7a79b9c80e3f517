"""What the chunks of a streamed chat completion say, as pieces of an answer."""

from typing import Any

from tiltyard.contestants.adapter import Reasoning
from tiltyard.contestants.answer_stream import AnswerStream, Words, an_object, objects, read_object
from tiltyard.contestants.think_tags import ThinkTags


class Completion(AnswerStream):
    """A chat completion.

    Reasoning is recognised where providers put it: in `reasoning_content` or `reasoning` beside
    the content, in `thinking` parts of it, or in a leading `<think>` block.
    """

    def __init__(self) -> None:
        super().__init__()
        self._tags = ThinkTags()

    def read(self, data: str) -> Words:
        """Go through the pieces in one chunk."""
        if data.strip() == "[DONE]":
            self.done = True
            return
        yield from self.read_chunk(read_object(data))

    def read_chunk(self, chunk: dict[str, Any]) -> Words:
        """Go through the pieces in one chunk that is an object already."""
        self.note(endpoint_version=_version(chunk))
        self._note_usage(an_object(chunk.get("usage")))
        for choice in objects(chunk.get("choices")):
            if choice.get("index", 0) == 0:
                yield from self._read_choice(choice)

    def rest(self) -> Words:
        """Go through what might have become a tag."""
        yield from self._tags.end()

    def _read_choice(self, choice: dict[str, Any]) -> Words:
        self.note(stop_reason=choice.get("finish_reason"))
        delta = an_object(choice.get("delta"))
        # Servers that send both names send the same text twice.
        thought = delta.get("reasoning_content") or delta.get("reasoning")
        if isinstance(thought, str) and thought:
            yield Reasoning(thought)
        yield from self._read_content(delta.get("content"))
        yield from self._read_content(delta.get("refusal"))

    def _read_content(self, content: object) -> Words:
        if isinstance(content, str):
            yield from self._tags.feed(content)
        for part in objects(content):
            if isinstance(part.get("text"), str):
                yield from self._tags.feed(part["text"])
            for thought in objects(part.get("thinking")):
                if isinstance(thought.get("text"), str):
                    yield Reasoning(thought["text"])

    def _note_usage(self, usage: dict[str, Any]) -> None:
        details = an_object(usage.get("prompt_tokens_details"))
        self.note(
            input_tokens=usage.get("prompt_tokens"),
            output_tokens=usage.get("completion_tokens"),
            cache_read_tokens=details.get("cached_tokens"),
            cache_write_tokens=details.get("cache_write_tokens"),
        )


def _version(chunk: dict[str, Any]) -> str:
    """Join the model and the fingerprint of its system, as far as they are reported."""
    reported = (chunk.get("model"), chunk.get("system_fingerprint"))
    return " ".join(word for word in reported if isinstance(word, str) and word)
