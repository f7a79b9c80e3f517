"""Label battles by a model: asked once about every different prompt, and paid once."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from tiltyard.contestants.adapter import AnswerError, Finished
from tiltyard.contestants.adapters import Adapters
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.one_answer import EndlessAnswerError, OneAnswer, ask_once, bound_to
from tiltyard.contestants.prices import cost_usd
from tiltyard.labels import asking
from tiltyard.labels.errors import LabelError
from tiltyard.labels.trained import KINDS
from tiltyard.ledger import labels
from tiltyard.ledger.conversations import read_said
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.labels import FoundLabel
from tiltyard.ledger.model_answers import ModelAnswer, keep_answer, read_answers

BATCH = 50
AT_ONCE = 8
TRIES = 2
"""So many times a model is asked that answers something else."""
GIVE_UP = 5
"""After so many failures in a row the endpoint is not asked any more."""
GIVE_UP_UNUSABLE = 20
"""Nor after so many answers in a row that cannot be used: each of them is paid."""
WITHIN_S = 120.0
MAX_CHARS = 4_000
CHARS_A_TOKEN = 3.5
ANSWER_TOKENS = 60
"""About so much text is a token, and about so many tokens an answer has: for the estimate only."""

Answers = Mapping[str, asking.Answer]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What labelling would take; the cost is None where the price of the model is not known."""

    battles: int
    questions: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None


@dataclass(slots=True)
class ModelLabelled:
    """What was done: battles labelled, questions asked, and answers that could not be used."""

    battles: int = 0
    asked: int = 0
    unusable: int = 0
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


class ModelLabelling:
    """Labels by asking a contestant about each prompt by itself.

    What was answered is kept as it comes: killed half way, the next one goes on from there.

    Parameters
    ----------
    ledger, adapters
        Where battles are found and labels kept, and by which models are reached.
    model
        Who labels; it need not be in any battle.
    kinds
        Which labels: any of category, hard, expert and occupation.
    limit
        At most so many battles.
    """

    def __init__(
        self,
        ledger: Ledger,
        adapters: Adapters,
        model: Contestant,
        kinds: Sequence[str],
        *,
        limit: int | None = None,
    ) -> None:
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown:
            raise LabelError(f"A model labels {', '.join(KINDS)}, not {unknown[0]}.")
        self._ledger = ledger
        self._adapters = adapters
        self._kinds = sorted(kinds)
        self._model = bound_to(model, asking.answer_schema(self._kinds))
        self._version = asking.model_version(model.version)
        self._limit = limit
        self._places = asyncio.Semaphore(AT_ONCE)

    async def estimate(self) -> Estimate:
        """Count what is to be asked, and reckon what that costs."""
        seen: set[str] = set()
        battles = chars = 0
        instructions = len(asking.instructions(self._kinds))
        async for prompts in self._batches():
            battles += len(prompts)
            keys = {self._key(prompt): prompt for prompt in prompts.values()}
            new = keys.keys() - seen - (await self._kept(list(keys))).keys()
            chars += sum(instructions + len(asking.question(keys[key])) for key in new)
            seen |= new
        given, made = int(chars / CHARS_A_TOKEN), len(seen) * ANSWER_TOKENS
        price = await cost_usd(self._model, Finished(input_tokens=given, output_tokens=made))
        return Estimate(battles, len(seen), given, made, price)

    async def run(self) -> ModelLabelled:
        """Label every battle that lacks a label of this model.

        Raises
        ------
        AnswerError
            When the endpoint fails, or answers something else, again and again; what was labelled
            by then is kept.
        """
        done = ModelLabelled()
        async for prompts in self._batches():
            answers = await self._answers(set(prompts.values()), done)
            found = [
                label
                for battle, prompt in prompts.items()
                if prompt in answers
                for label in self._labels(battle, answers[prompt])
            ]
            if found:
                async with self._ledger.writing() as connection:
                    await labels.add_labels(connection, found, datetime.now(UTC))
            done.battles += sum(prompt in answers for prompt in prompts.values())
            if done.gave_up:
                raise AnswerError(
                    f"{self._model.id} {done.gave_up}. {done.battles:,} battles are labelled; "
                    "run the same again to go on."
                )
        return done

    async def _batches(self) -> AsyncGenerator[Mapping[UUID, str]]:
        after, left = None, self._limit
        while left is None or left > 0:
            size = BATCH if left is None else min(BATCH, left)
            prompts = await self._lacking(after, size)
            if not prompts:
                return
            yield prompts
            after, left = max(prompts, key=lambda id_: id_.int), left and left - len(prompts)

    async def _lacking(self, after: UUID | None, size: int) -> Mapping[UUID, str]:
        wanted = dict.fromkeys(self._kinds, self._version)

        def read(connection: SyncConnection) -> dict[UUID, str]:
            ids = labels.lacking_labels(connection, wanted, after=after, limit=size)
            said = read_said(connection, ids, chars=asking.PROMPT_CHARS)
            return {one.battle: "\n".join(one.asked) for one in said}

        return await self._ledger.in_thread(read)

    async def _answers(self, prompts: set[str], done: ModelLabelled) -> Answers:
        """Give each prompt its answer: a kept one, or a new one; none where it cannot be used."""
        keys = {self._key(prompt): prompt for prompt in prompts}
        kept = await self._kept(list(keys))
        new = [keys[key] for key in keys.keys() - kept.keys()]
        asked = await asyncio.gather(*(self._ask(prompt, done) for prompt in sorted(new)))
        fresh = {
            prompt: answer for prompt, answer in zip(sorted(new), asked, strict=True) if answer
        }
        return {keys[key]: answer for key, answer in kept.items()} | fresh

    async def _ask(self, prompt: str, done: ModelLabelled) -> asking.Answer | None:
        async with self._places:
            for _ in range(TRIES):
                if done.gave_up:
                    return None
                try:
                    answer = await self._asked_once(prompt)
                except AnswerError:
                    done.failures_in_a_row += 1
                    continue
                done.asked, done.failures_in_a_row = done.asked + 1, 0
                read = self._read(answer)
                await self._keep(prompt, read, answer.finished)
                if read is not None:
                    done.unusable_in_a_row = 0
                    return read
                done.unusable_in_a_row += 1
            done.unusable += 1
            return None

    def _read(self, answer: OneAnswer) -> asking.Answer | None:
        try:
            return asking.read_answer(answer.text, self._kinds)
        except asking.GarbageError:
            return None

    async def _asked_once(self, prompt: str) -> OneAnswer:
        try:
            return await ask_once(
                self._adapters,
                self._model,
                system=asking.instructions(self._kinds),
                user=asking.question(prompt),
                within_s=WITHIN_S,
                max_chars=MAX_CHARS,
            )
        except EndlessAnswerError:  # what a prompt makes a model say is no fault of its endpoint
            return OneAnswer("", Finished())

    async def _keep(self, prompt: str, read: asking.Answer | None, finished: Finished) -> None:
        """Keep an answer and its cost; of one that cannot be used the cost alone."""
        answer = ModelAnswer(
            key=f"unusable {uuid4().hex}" if read is None else self._key(prompt),
            labeller_version=self._version,
            contestant=self._model.id,
            answer={kind: [*names] for kind, names in (read or {}).items()},
            input_tokens=finished.input_tokens,
            output_tokens=finished.output_tokens,
            cost_usd=finished.cost_usd,
        )
        async with self._ledger.writing() as connection:
            await keep_answer(connection, answer, datetime.now(UTC))

    async def _kept(self, keys: list[str]) -> Mapping[str, asking.Answer]:
        kept = await self._ledger.in_thread(lambda connection: read_answers(connection, keys))
        return {
            key: {kind: tuple(names) for kind, names in answer.items()}
            for key, answer in kept.items()
        }

    def _key(self, prompt: str) -> str:
        return asking.content_key(self._version, self._kinds, prompt)

    def _labels(self, battle: UUID, answer: asking.Answer) -> list[FoundLabel]:
        return [
            FoundLabel(battle, kind, self._version, KINDS[kind].value(names), None)
            for kind, names in answer.items()
        ]
