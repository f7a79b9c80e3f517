"""The shape of every adapter: a conversation goes in, pieces of an answer come out."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from tiltyard.contestants.card import Contestant
from tiltyard.contestants.messages import Message
from tiltyard.errors import TiltyardError


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """A piece of what the contestant thought before answering; kept apart from the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Alive:
    """A sign of life without a word: a provider's keep-alive, or a step nobody is shown."""


@dataclass(frozen=True, slots=True)
class Queued:
    """The request waits until other answers have ended at its endpoint; `Sent` follows."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request is about to go out; it says nothing about whether the contestant is alive.

    Attributes
    ----------
    request
        The body, without messages and without any secret.
    tries
        How many times it has been sent by then, this one included.
    """

    request: Mapping[str, Any]
    tries: int = 1


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of an answer, with what the provider reported about it.

    Attributes
    ----------
    stop_reason
        The provider's own word (`stop`, `length`, …), None when it gave none.
    input_tokens, output_tokens
        The provider's own counts, None when it reported none. Never estimated here. Input counts
        what was read from a cache, output what was thought.
    cache_read_tokens, cache_write_tokens
        How many of the input tokens the provider took from its cache, and wrote into it.
    request
        The body that was sent, without messages and without any secret.
    cost_usd
        What the answer cost in US dollars, None when a count or a price is not known.
    endpoint_version
        Which exact model answered, in the provider's own words, None when it did not say: a
        silently changed model is told apart by it.
    """

    stop_reason: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    request: Mapping[str, Any] = field(default_factory=dict)
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    cost_usd: float | None = None
    endpoint_version: str | None = None


Piece = Text | Reasoning | Alive | Queued | Sent | Finished


class AnswerError(TiltyardError):
    """A contestant could not answer: refused connection, bad status, garbled or broken stream.

    The message is for the operator's log and may name the provider. It never reaches a voter.
    """

    status: ClassVar[int] = 502
    title: ClassVar[str] = "A contestant could not answer"


class Adapter(Protocol):
    """Make a contestant answer.

    `answer` yields any number of the other pieces, then exactly one `Finished`, or raises
    `AnswerError`. Closing the iterator early stops the provider's work. Only reaching the provider
    has a deadline here, `connect_s` seconds; all others are the arena's.
    """

    def answer(
        self,
        contestant: Contestant,
        conversation: tuple[Message, ...],
        *,
        seed: int,
        connect_s: float,
    ) -> AsyncGenerator[Piece]:
        """Answer the last message of the conversation."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...
