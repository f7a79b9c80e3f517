"""The wire of OpenAI's responses: `response.output_text.delta` and its kin."""

from collections.abc import Mapping
from typing import Any

from tiltyard.contestants.adapter import Reasoning, Text
from tiltyard.contestants.answer_stream import (
    AnswerStream,
    Words,
    an_object,
    read_object,
    reported,
)
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.messages import Message, Part
from tiltyard.contestants.openai_chat import completed, data_url

_SPOKEN = ("response.output_text.delta", "response.refusal.delta")
_THOUGHT = ("response.reasoning_summary_text.delta", "response.reasoning_text.delta")
_ENDS = ("response.completed", "response.incomplete")


class OpenAIResponses:
    """Speaks to `{base_url}/responses`; nothing is left stored at the provider."""

    def url(self, contestant: Contestant) -> str:
        """Complete the card's address."""
        return completed(contestant.address, "/responses")

    def headers(self, key: str) -> Mapping[str, str]:
        """Say who asks."""
        return {"Authorization": f"Bearer {key}"}

    def request(self, contestant: Contestant) -> dict[str, Any]:
        """Ask for a stream."""
        return {
            "model": contestant.model,
            "stream": True,
            "store": False,
            **contestant.parameters,
        }

    def conversation(self, conversation: tuple[Message, ...]) -> dict[str, Any]:
        """Write what was said as input items."""
        return {
            "input": [
                {
                    "role": message.role,
                    "content": [_part(message, part) for part in message.sayable],
                }
                for message in conversation
                if message.sayable
            ]
        }

    def reading(self) -> "Response":
        """Make a reader for one answer."""
        return Response()


class Response(AnswerStream):
    """A response, read from its events."""

    def read(self, data: str) -> Words:
        """Go through the piece in one event."""
        event = _event(data)
        kind, delta = event.get("type"), event.get("delta")
        if isinstance(delta, str) and delta:
            if kind in _SPOKEN:
                yield Text(delta)
            elif kind in _THOUGHT:
                yield Reasoning(delta)
        elif kind in _ENDS:
            self._note_end(an_object(event.get("response")))

    def _note_end(self, response: dict[str, Any]) -> None:
        usage = an_object(response.get("usage"))
        self.note(
            stop_reason=response.get("status"),
            endpoint_version=response.get("model"),
            input_tokens=usage.get("input_tokens"),
            output_tokens=usage.get("output_tokens"),
            cache_read_tokens=an_object(usage.get("input_tokens_details")).get("cached_tokens"),
        )
        self.note(stop_reason=an_object(response.get("incomplete_details")).get("reason"))
        self.done = True


def _event(data: str) -> dict[str, Any]:
    if data.strip() == "[DONE]":  # of gateways that say it everywhere
        return {}
    event = read_object(data)
    if event.get("type") == "error":
        raise reported({name: event.get(name) for name in ("code", "message")})
    if event.get("type") == "response.failed":
        raise reported(an_object(event.get("response")).get("error"))
    return event


def _part(message: Message, part: Part) -> dict[str, Any]:
    if part.content is not None:
        return {"type": "input_image", "image_url": data_url(part)}
    kind = "output_text" if message.role == "assistant" else "input_text"
    return {"type": kind, "text": part.text}
