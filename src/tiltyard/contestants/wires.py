"""The wires there are, by the names that cards call them."""

from collections.abc import Mapping

from tiltyard.contestants.anthropic_messages import AnthropicMessages
from tiltyard.contestants.endpoints import Endpoints
from tiltyard.contestants.gemini import Gemini
from tiltyard.contestants.openai_chat import OpenAIChat
from tiltyard.contestants.openai_responses import OpenAIResponses
from tiltyard.contestants.retrying import Retrying
from tiltyard.contestants.wire import Wire, WireAdapter

WIRES: dict[str, type[Wire]] = {
    "openai_chat": OpenAIChat,
    "openai_responses": OpenAIResponses,
    "anthropic_messages": AnthropicMessages,
    "gemini": Gemini,
}


def wire_adapter(
    name: str,
    environment: Mapping[str, str],
    endpoints: Endpoints | None = None,
    retrying: Retrying | None = None,
) -> WireAdapter:
    """Make the adapter that speaks over the wire of this name."""
    return WireAdapter(WIRES[name](), environment, endpoints=endpoints, retrying=retrying)
