"""The wire of Anthropic's messages: content blocks that begin, grow and end."""

import base64
from collections.abc import Mapping
from typing import Any

from tiltyard.contestants.adapter import Reasoning, Text
from tiltyard.contestants.answer_stream import (
    AnswerStream,
    Words,
    an_object,
    read_object,
    reported,
    total,
)
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.messages import Message, Part
from tiltyard.contestants.openai_chat import completed

VERSION = "2023-06-01"
MAX_TOKENS = 16_384
"""This wire must be told the longest answer; a card's `parameters` may say another."""


class AnthropicMessages:
    """Speaks to `{base_url}/messages`."""

    def url(self, contestant: Contestant) -> str:
        """Complete the card's address."""
        return completed(contestant.address, "/messages")

    def headers(self, key: str) -> Mapping[str, str]:
        """Say who asks, and which version of the wire is spoken."""
        return {"x-api-key": key, "anthropic-version": VERSION}

    def request(self, contestant: Contestant) -> dict[str, Any]:
        """Ask for a stream."""
        return {
            "model": contestant.model,
            "stream": True,
            "max_tokens": MAX_TOKENS,
            **contestant.parameters,
        }

    def conversation(self, conversation: tuple[Message, ...]) -> dict[str, Any]:
        """Write the messages; the system's words stand beside them."""
        system = "\n".join(said.text for said in conversation if said.role == "system")
        said = [
            {"role": message.role, "content": [_block(part) for part in message.sayable]}
            for message in conversation
            if message.role != "system" and message.sayable
        ]
        return {"messages": said} | ({"system": system} if system else {})

    def reading(self) -> "MessageStream":
        """Make a reader for one answer."""
        return MessageStream()


class MessageStream(AnswerStream):
    """A message, read from its events."""

    def read(self, data: str) -> Words:
        """Go through the piece in one event."""
        event = read_object(data)
        match event.get("type"):
            case "content_block_start":
                yield from _pieces(an_object(event.get("content_block")))
            case "content_block_delta":
                yield from _pieces(an_object(event.get("delta")))
            case "message_start":
                message = an_object(event.get("message"))
                self.note(endpoint_version=message.get("model"))
                self._note_usage(an_object(message.get("usage")))
            case "message_delta":
                self._note_usage(an_object(event.get("usage")))
                self.note(stop_reason=an_object(event.get("delta")).get("stop_reason"))
            case "message_stop":
                self.done = True
            case "error":
                raise reported(event)

    def _note_usage(self, usage: dict[str, Any]) -> None:
        read = usage.get("cache_read_input_tokens")
        written = usage.get("cache_creation_input_tokens")
        self.note(
            # Their count of input leaves out what the cache had part in.
            input_tokens=total(usage.get("input_tokens"), read, written),
            output_tokens=usage.get("output_tokens"),
            cache_read_tokens=read,
            cache_write_tokens=written,
        )


def _pieces(grown: dict[str, Any]) -> Words:
    if isinstance(grown.get("text"), str) and grown["text"]:
        yield Text(grown["text"])
    if isinstance(grown.get("thinking"), str) and grown["thinking"]:
        yield Reasoning(grown["thinking"])


def _block(part: Part) -> dict[str, Any]:
    if part.content is None:
        return {"type": "text", "text": part.text}
    packed = base64.b64encode(part.content).decode()
    media_type = (part.data or {})["media_type"]
    source = {"type": "base64", "media_type": media_type, "data": packed}
    return {"type": "image", "source": source}
