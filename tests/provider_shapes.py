"""How the streams of providers look, in the shapes their documentation and recordings show."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

USAGE = {"input": 11, "output": 42}
"""What every shape reports, in its own words."""


REFUSAL = "I would rather not."


def pieces(text: str, size: int = 7) -> Iterator[str]:
    for start in range(0, len(text), size):
        yield text[start : start + size]


def data(payload: object) -> bytes:
    return f"data: {json.dumps(payload, ensure_ascii=False)}\n\n".encode()


def named(payload: dict[str, Any]) -> bytes:
    return f"event: {payload['type']}\n".encode() + data(payload)


COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion.chunk",
    "created": 1_790_000_000,
    "model": "served-2026-09-01",
}
"""What every chunk of a chat completion says beside its choices."""


def completion(choice: dict[str, Any]) -> bytes:
    return data({**COMPLETION, "choices": [choice]})


@dataclass(frozen=True)
class Shape(ABC):
    """One wire's stream, part by part."""

    begin: tuple[bytes, ...] = ()
    think: tuple[bytes, ...] = ()
    refuse: tuple[bytes, ...] = ()
    end: tuple[bytes, ...] = ()
    cut_short: tuple[bytes, ...] = ()
    error: bytes = b""
    stop: str = "stop"
    too_long: str = "length"

    @abstractmethod
    def say(self, piece: str) -> bytes:
        """Say a piece of the answer in the words of the wire."""

    def said(self, text: str) -> list[bytes]:
        return [*self.begin, *(self.say(piece) for piece in pieces(text))]


class Chat(Shape):
    def say(self, piece: str) -> bytes:
        return data(
            COMPLETION
            | {"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]}
        )


class Responses(Shape):
    def say(self, piece: str) -> bytes:
        head = {"item_id": "msg_1", "output_index": 1, "content_index": 0, "logprobs": []}
        return named({"type": "response.output_text.delta", **head, "delta": piece})


class Anthropic(Shape):
    def say(self, piece: str) -> bytes:
        delta = {"type": "text_delta", "text": piece}
        return named({"type": "content_block_delta", "index": 1, "delta": delta})


class Gemini(Shape):
    def say(self, piece: str) -> bytes:
        content = {"parts": [{"text": piece}], "role": "model"}
        return data({"candidates": [{"content": content, "index": 0}], "modelVersion": "g-1"})


def chat_end(reason: str) -> tuple[bytes, ...]:
    usage = {
        "prompt_tokens": 11,
        "completion_tokens": 42,
        "total_tokens": 53,
        "prompt_tokens_details": {"cached_tokens": 3},
    }
    return (
        completion({"index": 0, "delta": {}, "finish_reason": reason}),
        data({**COMPLETION, "choices": [], "usage": usage}),
        b"data: [DONE]\n\n",
    )


def responses_end(kind: str, **more: object) -> tuple[bytes, ...]:
    usage = {
        "input_tokens": 11,
        "input_tokens_details": {"cached_tokens": 3},
        "output_tokens": 42,
        "output_tokens_details": {"reasoning_tokens": 5},
        "total_tokens": 53,
    }
    response = {"id": "resp_1", "object": "response", "status": kind, "usage": usage, **more}
    return (
        named({"type": "response.output_text.done", "text": "…", "item_id": "msg_1"}),
        named({"type": f"response.{kind}", "response": response}),
    )


def anthropic_end(reason: str) -> tuple[bytes, ...]:
    delta = {"stop_reason": reason, "stop_sequence": None}
    return (
        named({"type": "content_block_stop", "index": 1}),
        named({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 42}}),
        named({"type": "message_stop"}),
    )


def gemini_end(reason: str) -> tuple[bytes, ...]:
    usage = {
        "promptTokenCount": 11,
        "candidatesTokenCount": 37,
        "thoughtsTokenCount": 5,
        "totalTokenCount": 53,
        "cachedContentTokenCount": 3,
    }
    content = {"parts": [{"text": ""}], "role": "model"}
    last = {"content": content, "finishReason": reason, "index": 0}
    return (data({"candidates": [last], "usageMetadata": usage}),)


def shapes(thought: str, error: str) -> dict[str, Shape]:
    """Every wire's shape, with what its models think and what its errors say."""
    return {
        "openai_chat": Chat(
            think=(
                data(
                    COMPLETION
                    | {"choices": [{"index": 0, "delta": {"reasoning_content": thought}}]}
                ),
            ),
            refuse=(completion({"index": 0, "delta": {"refusal": REFUSAL}}),),
            end=chat_end("stop"),
            cut_short=chat_end("length"),
            error=data({"error": {"message": error, "code": 502}}),
        ),
        "openai_responses": Responses(
            begin=(
                named({"type": "response.created", "response": {"status": "in_progress"}}),
                named({"type": "response.output_item.added", "item": {"type": "message"}}),
            ),
            think=(named({"type": "response.reasoning_summary_text.delta", "delta": thought}),),
            refuse=(named({"type": "response.refusal.delta", "delta": REFUSAL}),),
            end=responses_end("completed"),
            cut_short=responses_end(
                "incomplete", incomplete_details={"reason": "max_output_tokens"}
            ),
            error=named({"type": "error", "code": "server_error", "message": error}),
            stop="completed",
            too_long="max_output_tokens",
        ),
        "anthropic_messages": Anthropic(
            begin=(
                named(
                    {
                        "type": "message_start",
                        "message": {
                            "id": "msg_1",
                            "usage": {
                                "input_tokens": 8,
                                "cache_read_input_tokens": 3,
                                "cache_creation_input_tokens": 0,
                                "output_tokens": 1,
                            },
                        },
                    }
                ),
                named(
                    {
                        "type": "content_block_start",
                        "index": 1,
                        "content_block": {"type": "text", "text": ""},
                    }
                ),
                named({"type": "ping"}),
            ),
            think=(
                named(
                    {
                        "type": "content_block_delta",
                        "index": 0,
                        "delta": {"type": "thinking_delta", "thinking": thought},
                    }
                ),
                named(
                    {
                        "type": "content_block_delta",
                        "index": 0,
                        "delta": {"type": "signature_delta", "signature": "EqQB"},
                    }
                ),
            ),
            refuse=(
                named(
                    {
                        "type": "content_block_delta",
                        "index": 1,
                        "delta": {"type": "text_delta", "text": REFUSAL},
                    }
                ),
            ),
            end=anthropic_end("end_turn"),
            cut_short=anthropic_end("max_tokens"),
            error=named({"type": "error", "error": {"type": "overloaded_error", "message": error}}),
            stop="end_turn",
            too_long="max_tokens",
        ),
        "gemini": Gemini(
            think=(
                data(
                    {
                        "candidates": [
                            {"content": {"parts": [{"text": thought, "thought": True}]}, "index": 0}
                        ]
                    }
                ),
            ),
            refuse=(data({"candidates": [{"content": {"parts": [{"text": REFUSAL}]}}]}),),
            end=gemini_end("STOP"),
            cut_short=gemini_end("MAX_TOKENS"),
            error=data({"error": {"code": 503, "message": error, "status": "UNAVAILABLE"}}),
            stop="STOP",
            too_long="MAX_TOKENS",
        ),
    }
