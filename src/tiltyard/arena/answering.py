"""One side answers: from the adapter's pieces to text, measurements and an end."""

import asyncio
import traceback
from contextlib import aclosing
from dataclasses import dataclass, replace

import structlog

from tiltyard.arena.clocks import Clocks
from tiltyard.arena.definition import Answer
from tiltyard.arena.patience import overdue
from tiltyard.contestants.adapter import (
    Adapter,
    Alive,
    AnswerError,
    Finished,
    Piece,
    Queued,
    Reasoning,
    Sent,
    Text,
)
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.endpoints import Endpoint
from tiltyard.contestants.messages import Message
from tiltyard.ledger.records import AttemptEnd, AttemptState, Slot

STOP_REASON_CHARS = 80
VERSION_CHARS = 200
PIECES = 500
"""More pieces than this are put together: a short string costs ten times its characters."""
MOST_TOKENS = 2**53
"""No answer has more; a provider that says so is not believed."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Cut:
    """An end that did not come from the contestant.

    Attributes
    ----------
    state
        Of the attempt: `stopped` can be voted on, `failed` can be retried.
    why
        A sentence for the operator.
    reason
        The stop reason that is recorded, so that nobody takes the end for the contestant's own.
    """

    state: AttemptState
    why: str | None = None
    reason: str | None = None


STOPPED = Cut("stopped")
ABANDONED = Cut("failed", "Nobody was following any more.", "tiltyard:abandoned")
DRAINED = Cut("failed", "The server stopped while this was streaming.", "tiltyard:drained")
NO_WORD = "The answer ended before its first word."


def shortened(end: AttemptEnd, cut: Cut, *, told: int) -> AttemptEnd:
    """Take from an end what its followers were not told of it: a cut came before.

    Parameters
    ----------
    end
        As the contestant left it; what was measured of it stays.
    cut
        What the followers see instead of the contestant's own end.
    told
        Characters that have gone out.
    """
    text, state, error = end.text[:told], cut.state, cut.why or end.error
    if state != "failed" and not text.strip():
        state, error = "failed", error or NO_WORD
    return replace(end, state=state, text=text, stop_reason=cut.reason, error=error)


class Answering:
    """One attempt while it runs.

    `run` fills the text; whoever sends it on takes what is new with `take`. The attempt always
    ends: every failure, silence or flood becomes an `AttemptEnd`, never an exception.

    Parameters
    ----------
    slot, number, seed
        Which side this is, which attempt, and the contestant's seed.
    contestant, adapter, conversation
        Who answers what, and how it is reached.
    endpoint
        Where; it is told when an answer was given up on before any sign of life.
    rules
        The arena's limits on an answer.
    """

    def __init__(
        self,
        *,
        slot: Slot,
        number: int,
        seed: int,
        contestant: Contestant,
        adapter: Adapter,
        endpoint: Endpoint,
        conversation: tuple[Message, ...],
        rules: Answer,
    ) -> None:
        self.slot: Slot = slot
        self.number = number
        self._pieces = adapter.answer(
            contestant, conversation, seed=seed, connect_s=rules.connect_s
        )
        self._contestant = contestant.id
        self._endpoint = endpoint
        self._rules = rules
        self._text: list[str] = []
        self._fresh: list[str] = []
        self._length = 0
        self._taken = 0
        self._reasoning: list[str] = []
        self._reasoning_length = 0
        self._finished = Finished()
        self._tries: int | None = None
        self._clocks = Clocks()
        self._first_text_ms: int | None = None
        self._task: asyncio.Task[None] | None = None
        self._cut: Cut | None = None

    def cut(self, cut: Cut) -> None:
        """End the answer where it is; an answer that has ended stays as it is."""
        if self._cut is None:
            self._cut = cut
            if self._task is not None:
                self._task.cancel()

    def check_patience(self) -> None:
        """End the answer when it has overrun one of the arena's limits."""
        if self._cut is not None:
            return
        clocks = self._clocks
        sentence = overdue(
            self._rules,
            running_s=clocks.running_s,
            asked_s=clocks.asked_s,
            silent_s=clocks.silent_s,
            spoke=self._first_text_ms is not None,
        )
        if sentence is not None:
            if clocks.unheard:
                self._endpoint.fail("gave no sign of life")
            self.cut(Cut("failed", sentence, "tiltyard:overdue"))

    @property
    def waiting(self) -> int:
        """How many characters have come and not been taken."""
        return self._length - self._taken

    @property
    def taken(self) -> int:
        """How many characters have been taken."""
        return self._taken

    def take(self, most: int) -> tuple[int, str]:
        """Take what waits, up to `most` characters, with its offset in code points."""
        offset, fresh = self._taken, "".join(self._fresh)
        self._fresh = [fresh[most:]] if len(fresh) > most else []
        self._taken += min(most, len(fresh))
        return offset, fresh[:most]

    async def run(self) -> AttemptEnd:
        """Answer to the end, whatever the end is."""
        self._task = asyncio.create_task(self._collect())
        if self._cut is not None:
            self._task.cancel()
        try:
            await self._task
        except AnswerError as error:
            return self._end("failed", str(error))
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self._cut is None or (task is not None and task.cancelling()):
                raise  # it is this task that is cancelled, and not the answer alone
            return self._end(self._cut.state, self._cut.why, self._cut.reason)
        except Exception:  # noqa: BLE001  # the job's edge: a broken adapter ends its own side only
            # As text: a renderer that shows variables would show the provider's key.
            trace = traceback.format_exc()
            log.error("an adapter broke", contestant=self._contestant, traceback=trace)  # noqa: TRY400  # see above
            return self._end("failed", "The adapter broke; the log has the traceback.")
        return self._end("done")

    async def _collect(self) -> None:
        async with aclosing(self._pieces) as pieces:
            async for piece in pieces:
                self._note(piece)
                if self._length >= self._rules.max_chars:
                    self._finished = Finished(
                        stop_reason="tiltyard:max_chars", request=self._finished.request
                    )
                    return

    def _note(self, piece: Piece) -> None:
        match piece:
            case Queued():
                self._clocks.queue()
                return
            case Sent(request, tries):
                self._clocks.send()
                self._finished, self._tries = Finished(request=request), tries
                return
        self._clocks.hear()
        match piece:
            case Text(text):
                if self._first_text_ms is None:
                    self._first_text_ms = self._elapsed_ms()
                fitting = storable(text[: self._rules.max_chars - self._length])
                self._text.append(fitting)
                if len(self._text) > PIECES:
                    self._text = ["".join(self._text)]
                self._fresh.append(fitting)
                self._length += len(fitting)
            case Reasoning(text):
                fitting = storable(text[: self._rules.max_chars - self._reasoning_length])
                if fitting:
                    self._reasoning.append(fitting)
                    self._reasoning_length += len(fitting)
            case Finished():
                self._finished = piece
            case Alive():
                pass

    def _end(
        self, state: AttemptState, error: str | None = None, reason: str | None = None
    ) -> AttemptEnd:
        text = "".join(self._text)
        if state != "failed" and not text.strip():
            state, error = "failed", error or NO_WORD
        if error is not None:
            log.warning("an attempt failed", contestant=self._contestant, error=error)
        return AttemptEnd(
            state=state,
            text=text,
            reasoning="".join(self._reasoning),
            request=self._finished.request,
            stop_reason=_short(reason or self._finished.stop_reason, STOP_REASON_CHARS),
            input_tokens=_count(self._finished.input_tokens),
            output_tokens=_count(self._finished.output_tokens),
            cost_usd=self._finished.cost_usd,
            endpoint_version=_short(self._finished.endpoint_version, VERSION_CHARS),
            tries=self._tries,
            first_text_ms=self._first_text_ms,
            duration_ms=self._elapsed_ms(),
            error=None if error is None else storable(error),
        )

    def _elapsed_ms(self) -> int:
        return round(self._clocks.running_s * 1000)


def storable(text: str) -> str:
    """Put U+FFFD where a database could not take a character: NUL, and halves of a pair."""
    if "\0" not in text and text.isprintable():
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "\ufffd")


def _short(reported: str | None, most: int) -> str | None:
    return storable(reported or "")[:most] or None


def _count(reported: int | None) -> int | None:
    return reported if reported is not None and 0 <= reported < MOST_TOKENS else None
