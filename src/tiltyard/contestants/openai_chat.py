"""The wire of OpenAI's chat completions.

OpenAI itself, most other providers, gateways, and the servers people run at home: Ollama, vLLM,
llama.cpp.
"""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from tiltyard.contestants.card import Contestant
from tiltyard.contestants.messages import Message, Part
from tiltyard.contestants.openai_chunks import Completion


class OpenAIChat:
    """Speaks to `{base_url}/chat/completions`."""

    def url(self, contestant: Contestant) -> str:
        """Complete the card's address."""
        return completed(contestant.address, "/chat/completions")

    def headers(self, key: str) -> Mapping[str, str]:
        """Say who asks."""
        return {"Authorization": f"Bearer {key}"}

    def request(self, contestant: Contestant) -> dict[str, Any]:
        """Ask for a stream with usage in it."""
        return {
            "model": contestant.model,
            "stream": True,
            "stream_options": {"include_usage": True},
            **contestant.parameters,
        }

    def conversation(self, conversation: tuple[Message, ...]) -> dict[str, Any]:
        """Write the messages."""
        said = [{"role": message.role, "content": content_of(message)} for message in conversation]
        return {"messages": said}

    def reading(self) -> Completion:
        """Make a reader for one answer."""
        return Completion()


def content_of(message: Message) -> str | list[dict[str, Any]]:
    """Write a message's content: plain words, or parts where it has images."""
    if all(part.content is None for part in message.parts):
        return message.text
    return [_content_part(part) for part in message.sayable]


def _content_part(part: Part) -> dict[str, Any]:
    if part.content is None:
        return {"type": "text", "text": part.text}
    return {"type": "image_url", "image_url": {"url": data_url(part)}}


def data_url(part: Part) -> str:
    """Write an image as an address that holds it."""
    packed = base64.b64encode(part.content or b"").decode()
    return f"data:{(part.data or {})['media_type']};base64,{packed}"


def completed(base_url: str, path: str) -> str:
    """Complete a base URL as people write it.

    An address without any path gets `/v1`, and one that already ends in the path is taken as it
    is.
    """
    bare = base_url.rstrip("/")
    if bare.endswith(path):
        return bare
    return f"{bare}{'' if urlsplit(bare).path else '/v1'}{path}"
