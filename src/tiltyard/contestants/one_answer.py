"""Ask a contestant one thing outside any battle, and wait for the whole answer."""

import asyncio
from contextlib import aclosing
from typing import Any, NamedTuple

from tiltyard.contestants.adapter import AnswerError, Finished, Text
from tiltyard.contestants.adapters import Adapters
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.messages import text_message

CONNECT_S = 10.0


class EndlessAnswerError(AnswerError):
    """An answer that is longer than any that was asked for: the model's fault, or its prompt's."""


class OneAnswer(NamedTuple):
    """An answer with what its provider said about it."""

    text: str
    finished: Finished


async def ask_once(
    adapters: Adapters,
    contestant: Contestant,
    *,
    system: str,
    user: str,
    within_s: float,
    max_chars: int,
) -> OneAnswer:
    """Ask, and wait for the end.

    Parameters
    ----------
    within_s
        How long it may take in all.
    max_chars
        An answer that is longer is given up.

    Raises
    ------
    EndlessAnswerError
        When it is longer than `max_chars`.
    AnswerError
        When it fails or takes too long.
    """
    conversation = (text_message("system", system), text_message("user", user))
    adapter = adapters.of(contestant)
    pieces = adapter.answer(contestant, conversation, seed=0, connect_s=CONNECT_S)
    text, finished = "", Finished()
    try:
        async with asyncio.timeout(within_s), aclosing(pieces):
            async for piece in pieces:
                if isinstance(piece, Text):
                    text += piece.text
                elif isinstance(piece, Finished):
                    finished = piece
                if len(text) > max_chars:
                    raise EndlessAnswerError(f"{contestant.id}: the answer does not end.")
    except TimeoutError:
        raise AnswerError(f"{contestant.id}: no answer within {within_s:g} seconds.") from None
    return OneAnswer(text, finished)


def bound_to(contestant: Contestant, schema: dict[str, Any]) -> Contestant:
    """Make a card that asks for answers of a JSON schema, where the wire has a word for it.

    What the card itself says about the form of answers stays.
    """
    forms: dict[str, dict[str, Any]] = {
        "openai_chat": {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "labels", "strict": True, "schema": schema},
            }
        },
        "openai_responses": {
            "text": {
                "format": {
                    "type": "json_schema",
                    "name": "labels",
                    "strict": True,
                    "schema": schema,
                }
            }
        },
    }
    parameters = {**forms.get(contestant.adapter, {}), **contestant.parameters}
    return contestant.model_copy(update={"parameters": parameters})
