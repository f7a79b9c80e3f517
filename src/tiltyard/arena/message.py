"""The person's messages: what an arena takes, and what a contestant is shown."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from tiltyard.arena.definition import ArenaDefinition
from tiltyard.contestants.messages import Message, Part, text_message
from tiltyard.errors import TiltyardError
from tiltyard.ledger.records import Battle, Parts, Slot


class MessageError(TiltyardError):
    """A message that this arena does not take."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "The message cannot be sent"


def check_message(parts: Sequence[Part], definition: ArenaDefinition) -> None:
    """Refuse what the arena's definition does not accept.

    Raises
    ------
    MessageError
        An empty or too long message, or a part of another type.
    """
    rules = definition.accept
    for part in parts:
        if part.type not in rules.parts:
            raise MessageError(
                f"This arena takes {', '.join(rules.parts)}, and the message has a part of type "
                f"{part.type[:40]!r}."
            )
    for part in parts:
        refuse_unstorable(part.text, "The message", MessageError)
        require_own_content(part)
    length = sum(len(part.text) for part in parts)
    pictures = images_of(parts)
    if not pictures and not any(part.text.strip() for part in parts):
        raise MessageError("The message is empty: write something to ask.")
    if rules.images is not None and len(pictures) > rules.images.per_message:
        raise MessageError(
            f"The message has {len(pictures)} images and this arena takes at most "
            f"{rules.images.per_message}: leave some out."
        )
    if length > rules.max_chars:
        raise MessageError(
            f"The message has {length:,} characters and this arena takes at most "
            f"{rules.max_chars:,}: shorten it."
        )


def require_own_content(part: Part) -> None:
    """Refuse a part that holds what belongs into another type of part.

    Raises
    ------
    MessageError
        When a text has data, or an image has words.
    """
    if part.type == "text" and part.data is not None:
        raise MessageError("A part of type text has data: leave it out, or name its type.")
    if part.type == "image" and part.text:
        raise MessageError("A part of type image has text: put the words into a part of their own.")


def check_images(
    parts: Sequence[Part], earlier: Sequence[Battle], definition: ArenaDefinition
) -> None:
    """Refuse a message with which its conversation would have too many images.

    Parameters
    ----------
    earlier
        The battles the conversation is made of so far.

    Raises
    ------
    MessageError
        When there are more than the arena's definition accepts.
    """
    rules, more = definition.accept.images, len(images_of(parts))
    had = sum(
        len(images_of(from_json(turn.parts)))
        for battle in earlier
        if not battle.erased
        for turn in battle.turns
    )
    if rules is not None and more and had + more > rules.per_conversation:
        raise MessageError(
            f"The conversation would have {had + more} images and this arena takes at most "
            f"{rules.per_conversation}: leave some out, or start a new battle with them."
        )


def images_of(parts: Sequence[Part]) -> list[Part]:
    """Pick the images of a message."""
    return [part for part in parts if part.type == "image"]


def refuse_unstorable(text: str, what: str, refusal: type[TiltyardError]) -> None:
    """Refuse characters that no database takes, a NUL or half of a surrogate pair.

    Parameters
    ----------
    what
        What the text is, to begin the sentence with.
    refusal
        What is raised.
    """
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise refusal(f"{what} has a character that is no text (NUL, or half a pair).")


def to_json(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Write parts as the ledger keeps them."""
    return [
        {"type": part.type, "text": part.text} | ({} if part.data is None else {"data": part.data})
        for part in parts
    ]


def from_json(parts: Parts) -> tuple[Part, ...]:
    """Read parts as the ledger keeps them."""
    return tuple(Part(part["type"], part.get("text", ""), part.get("data")) for part in parts)


def conversation(
    battle: Battle, slot: Slot, system: str, *, earlier: Sequence[Battle] = ()
) -> tuple[Message, ...]:
    """Put together what one side has seen and said, up to the person's newest message.

    Parameters
    ----------
    earlier
        The battles this one goes on from, oldest first. The side takes over what the same side
        said there; what was forgotten since is left out.
    """
    said = [text_message("system", system)] if system else []
    for past in earlier:
        if not past.erased:
            said += _turns(past, slot, before=past.turn + 1)
    said += _turns(battle, slot, before=battle.turn)
    said.append(Message("user", from_json(battle.turns[-1].parts)))
    return tuple(said)


def _turns(battle: Battle, slot: Slot, *, before: int) -> Iterator[Message]:
    for turn in battle.turns:
        if turn.number < before:
            yield Message("user", from_json(turn.parts))
            yield Message("assistant", from_json(battle.attempt(turn.number, slot).parts))
