"""Ask a model what prompts are, each by itself, and read what it answers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from tiltyard.contestants.adapter import AnswerError, Finished
from tiltyard.contestants.adapters import Adapters
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.one_answer import EndlessAnswerError, OneAnswer, ask_once, bound_to
from tiltyard.contestants.prices import cost_usd
from tiltyard.labels import asking
from tiltyard.labels.errors import LabelError
from tiltyard.labels.trained import KINDS

AT_ONCE = 8
TRIES = 2
"""A model that answers something else is asked this many times."""
GIVE_UP = 5
"""After this many failures in a row the endpoint is not asked any more."""
GIVE_UP_UNUSABLE = 20
"""Nor after this many answers in a row that cannot be used: each of them is paid."""
WITHIN_S = 120.0
MAX_CHARS = 4_000
CHARS_A_TOKEN = 3.5
ANSWER_TOKENS = 60
"""About this much text is a token, and an answer has about this many: for the estimate only."""

Kept = Callable[[str, asking.Answer | None, Finished], Awaitable[None]]
"""Called with a prompt, what was read of its answer (None: not usable), and its end."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What labelling would take; the cost is None where the price of the model is not known."""

    battles: int
    questions: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None


@dataclass(slots=True)
class Tally:
    """How a model has answered.

    Attributes
    ----------
    asked
        Questions that were answered, whatever with.
    unusable, failed
        Prompts without a label: those whose answer could not be used, and those that the endpoint
        did not answer.
    """

    asked: int = 0
    unusable: int = 0
    failed: int = 0
    failures_in_a_row: int = field(default=0, repr=False)
    unusable_in_a_row: int = field(default=0, repr=False)

    @property
    def gave_up(self) -> str | None:
        """Say why the model is not asked any more; None while it is."""
        if self.failures_in_a_row >= GIVE_UP:
            return f"failed {self.failures_in_a_row} times in a row"
        if self.unusable_in_a_row >= GIVE_UP_UNUSABLE:
            return f"gave {self.unusable_in_a_row} answers in a row that cannot be used"
        return None


class AskingModel:
    """A model that is asked about prompts.

    Parameters
    ----------
    adapters
        By which models are reached.
    model
        Who is asked; it need not be in any battle.
    kinds
        About what: any of category, hard, expert and occupation.

    Raises
    ------
    LabelError
        When a model cannot be asked about one of them.
    """

    def __init__(self, adapters: Adapters, model: Contestant, kinds: Sequence[str]) -> None:
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown:
            raise LabelError(f"A model labels {', '.join(KINDS)}, not {unknown[0]}.")
        self.kinds = sorted(kinds)
        self.model = bound_to(model, asking.answer_schema(self.kinds))
        self.version = asking.model_version(model.version)
        self.tally = Tally()
        self._adapters = adapters
        self._places = asyncio.Semaphore(AT_ONCE)

    def key(self, prompt: str) -> str:
        """Name the question about a prompt."""
        return asking.content_key(self.version, self.kinds, prompt)

    async def estimate(self, prompts: Sequence[str], battles: int) -> Estimate:
        """Reckon what asking about these different prompts costs."""
        instructions = len(asking.instructions(self.kinds))
        chars = sum(instructions + len(asking.question(prompt)) for prompt in prompts)
        given, made = int(chars / CHARS_A_TOKEN), len(prompts) * ANSWER_TOKENS
        price = await cost_usd(self.model, Finished(input_tokens=given, output_tokens=made))
        return Estimate(battles, len(prompts), given, made, price)

    async def ask(self, prompt: str, kept: Kept) -> asking.Answer | None:
        """Ask about a prompt; None where it does not come to an answer that can be used."""
        async with self._places:
            answer = None
            for _ in range(TRIES):
                if self.tally.gave_up:
                    return None
                answer = await self._asked_once(prompt)
                if answer is None:
                    self.tally.failures_in_a_row += 1
                    continue
                read = self._read(answer)
                self._count(read)
                await kept(prompt, read, answer.finished)
                if read is not None:
                    return read
            if answer is None:
                self.tally.failed += 1
            else:
                self.tally.unusable += 1
            return None

    async def _asked_once(self, prompt: str) -> OneAnswer | None:
        """Ask once; None where the endpoint fails."""
        try:
            return await ask_once(
                self._adapters,
                self.model,
                system=asking.instructions(self.kinds),
                user=asking.question(prompt),
                within_s=WITHIN_S,
                max_chars=MAX_CHARS,
            )
        except EndlessAnswerError:  # what a prompt makes a model say is no fault of its endpoint
            return OneAnswer("", Finished())
        except AnswerError:
            return None

    def _read(self, answer: OneAnswer) -> asking.Answer | None:
        try:
            return asking.read_answer(answer.text, self.kinds)
        except asking.GarbageError:
            return None

    def _count(self, read: asking.Answer | None) -> None:
        tally = self.tally
        tally.asked, tally.failures_in_a_row = tally.asked + 1, 0
        tally.unusable_in_a_row = 0 if read is not None else tally.unusable_in_a_row + 1
