"""The wire of Google's Gemini: a stream of partial responses, each with candidates."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tiltyard.contestants.adapter import Reasoning, Text
from tiltyard.contestants.answer_stream import (
    AnswerStream,
    Words,
    an_object,
    objects,
    read_object,
    total,
)
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.messages import Message, Part

_BESIDE = frozenset({"safetySettings", "tools", "toolConfig", "cachedContent", "labels"})
"""What does not belong into `generationConfig`."""


class Gemini:
    """Speaks to `{base_url}/models/{model}:streamGenerateContent`."""

    def url(self, contestant: Contestant) -> str:
        """Complete the card's address."""
        model = quote(contestant.model.removeprefix("models/"), safe="")
        return f"{contestant.address}/models/{model}:streamGenerateContent?alt=sse"

    def headers(self, key: str) -> Mapping[str, str]:
        """Say who asks: in a header, since addresses end up in logs."""
        return {"x-goog-api-key": key}

    def request(self, contestant: Contestant) -> dict[str, Any]:
        """Put each of the card's parameters where this wire has it."""
        given = contestant.parameters
        config = {name: value for name, value in given.items() if name not in _BESIDE}
        beside = {name: value for name, value in given.items() if name in _BESIDE}
        return beside | ({"generationConfig": config} if config else {})

    def conversation(self, conversation: tuple[Message, ...]) -> dict[str, Any]:
        """Write the contents; the system's words stand beside them."""
        system = [_part(p) for said in conversation if said.role == "system" for p in said.sayable]
        said = [
            {
                "role": "model" if message.role == "assistant" else "user",
                "parts": [_part(part) for part in message.sayable],
            }
            for message in conversation
            if message.role != "system" and message.sayable
        ]
        return {"contents": said} | ({"systemInstruction": {"parts": system}} if system else {})

    def reading(self) -> "Generation":
        """Make a reader for one answer."""
        return Generation()


class Generation(AnswerStream):
    """A generated answer, read from its partial responses."""

    def read(self, data: str) -> Words:
        """Go through the pieces in one partial response."""
        if data.strip() == "[DONE]":  # of gateways that say it everywhere
            self.done = True
            return
        response = read_object(data)
        self.note(endpoint_version=response.get("modelVersion"))
        self._note_usage(an_object(response.get("usageMetadata")))
        self.note(stop_reason=an_object(response.get("promptFeedback")).get("blockReason"))
        for candidate in objects(response.get("candidates")):
            if candidate.get("index", 0) == 0:
                yield from _pieces(an_object(candidate.get("content")))
                self.note(stop_reason=candidate.get("finishReason"))

    def _note_usage(self, usage: dict[str, Any]) -> None:
        self.note(
            input_tokens=usage.get("promptTokenCount"),
            # What was thought is paid for like what was said, and counted apart.
            output_tokens=total(usage.get("candidatesTokenCount"), usage.get("thoughtsTokenCount")),
            cache_read_tokens=usage.get("cachedContentTokenCount"),
        )


def _pieces(content: dict[str, Any]) -> Words:
    for part in objects(content.get("parts")):
        if isinstance(part.get("text"), str) and part["text"]:
            yield Reasoning(part["text"]) if part.get("thought") else Text(part["text"])


def _part(part: Part) -> dict[str, Any]:
    if part.content is None:
        return {"text": part.text}
    packed = base64.b64encode(part.content).decode()
    return {"inlineData": {"mimeType": (part.data or {})["media_type"], "data": packed}}
