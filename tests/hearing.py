"""Listen to a contestant's whole answer, as an arena would, for tests of adapters."""

from dataclasses import dataclass, field

from tiltyard.contestants.adapter import Adapter, AnswerError, Finished, Reasoning, Sent, Text
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.messages import Message, Part, text_message

KEY = "sk-very-secret-0123456789"
CONVERSATION = (
    text_message("system", "Be brief."),
    text_message("user", "What do you say?"),
    text_message("assistant", "Much."),
    Message(
        "user",
        (
            Part("text", "And of this?"),
            Part("image", data={"media_type": "image/png"}, content=b"pixels"),
        ),
    ),
)


@dataclass
class Heard:
    text: str = ""
    reasoning: str = ""
    sent: list[Sent] = field(default_factory=list)
    finished: Finished | None = None
    error: AnswerError | None = None


async def hear(
    adapter: Adapter, contestant: Contestant, conversation: tuple[Message, ...] = CONVERSATION
) -> Heard:
    heard = Heard()
    try:
        async for piece in adapter.answer(contestant, conversation, seed=1, connect_s=10):
            assert heard.finished is None, "nothing may follow the end"
            if isinstance(piece, Text):
                heard.text += piece.text
            elif isinstance(piece, Reasoning):
                heard.reasoning += piece.text
            elif isinstance(piece, Sent):
                heard.sent.append(piece)
            elif isinstance(piece, Finished):
                heard.finished = piece
    except AnswerError as error:
        heard.error = error
    return heard
