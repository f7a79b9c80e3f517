"""What people and contestants say to each other: messages made of typed parts."""

from dataclasses import dataclass
from typing import Any, Literal

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Part:
    """One typed piece of a message.

    Attributes
    ----------
    type
        `text` today; `image`, `code`, `artifact`, … as arenas come. Unknown types are kept.
    text
        The words, for parts that are words.
    data
        Everything else the part carries, as JSON.
    """

    type: str
    text: str = ""
    data: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One role's turn to speak."""

    role: Role
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The text parts, one after the other."""
        return "\n".join(part.text for part in self.parts if part.type == "text")


def text_message(role: Role, text: str) -> Message:
    """Make a message of one text part."""
    return Message(role, (Part("text", text),))
