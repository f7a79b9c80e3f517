"""What people and contestants say to each other: messages made of typed parts."""

from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Part:
    """One typed piece of a message.

    Attributes
    ----------
    type
        `text` or `image`; `code`, `artifact`, … as arenas come. Unknown types are kept.
    text
        The words, for parts that are words.
    data
        Everything else the part carries, as JSON. An image has `sha256`, `media_type`, `width`
        and `height`.
    content
        The bytes of an image, while it is on its way to a contestant; the ledger has none.
    """

    type: str
    text: str = ""
    data: dict[str, Any] | None = None
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """One role's turn to speak."""

    role: Role
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The text parts, one after the other."""
        return "\n".join(part.text for part in self.parts if part.type == "text")

    @property
    def sayable(self) -> tuple[Part, ...]:
        """The parts that hold something: words, or an image with its bytes."""
        return tuple(part for part in self.parts if part.text or part.content)


def text_message(role: Role, text: str) -> Message:
    """Make a message of one text part."""
    return Message(role, (Part("text", text),))
