"""Label battles by a model: asked once about every different prompt, and paid once."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from tiltyard.contestants.adapter import AnswerError, Finished
from tiltyard.contestants.adapters import Adapters
from tiltyard.contestants.card import Contestant
from tiltyard.labels import asking
from tiltyard.labels.trained import KINDS
from tiltyard.ledger import labels
from tiltyard.ledger.conversations import read_said
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.labels import FoundLabel
from tiltyard.ledger.model_answers import ModelAnswer, keep_answer, read_answers
from tiltyard.worker.model_asking import AskingModel, Estimate

BATCH = 50

Answers = Mapping[str, asking.Answer]


@dataclass(frozen=True, slots=True)
class ModelLabelled:
    """What was done: battles labelled, and how the model answered, as a tally has it."""

    battles: int
    asked: int
    unusable: int
    failed: int


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
        At most this many battles.
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
        self._ledger = ledger
        self._asking = AskingModel(adapters, model, kinds)
        self._limit = limit

    async def estimate(self) -> Estimate:
        """Count what is to be asked, and reckon what that costs."""
        new: dict[str, str] = {}
        battles = 0
        async for prompts in self._batches():
            battles += len(prompts)
            keys = {self._asking.key(prompt): prompt for prompt in prompts.values()}
            unknown = keys.keys() - new.keys() - (await self._kept(list(keys))).keys()
            new |= {key: keys[key] for key in unknown}
        return await self._asking.estimate(list(new.values()), battles)

    async def run(self) -> ModelLabelled:
        """Label every battle that lacks a label of this model.

        Raises
        ------
        AnswerError
            When the endpoint fails, or answers something else, again and again; what was labelled
            by then is kept.
        """
        battles, tally = 0, self._asking.tally
        async for prompts in self._batches():
            answers = await self._answers(set(prompts.values()))
            found = [
                label
                for battle, prompt in prompts.items()
                if prompt in answers
                for label in self._labels(battle, answers[prompt])
            ]
            if found:
                async with self._ledger.writing() as connection:
                    await labels.add_labels(connection, found, datetime.now(UTC))
            battles += sum(prompt in answers for prompt in prompts.values())
            if tally.gave_up:
                raise AnswerError(
                    f"{self._asking.model.id} {tally.gave_up}. "
                    f"Battles labelled: {battles:,}; run the same again to go on."
                )
        return ModelLabelled(battles, tally.asked, tally.unusable, tally.failed)

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
        wanted = dict.fromkeys(self._asking.kinds, self._asking.version)

        def read(connection: SyncConnection) -> dict[UUID, str]:
            ids = labels.lacking_labels(connection, wanted, after=after, limit=size)
            said = read_said(connection, ids, chars=asking.PROMPT_CHARS)
            return {one.battle: "\n".join(one.asked) for one in said}

        return await self._ledger.in_thread(read)

    async def _answers(self, prompts: set[str]) -> Answers:
        """Give each prompt its answer: a kept one, or a new one; none where it cannot be used."""
        keys = {self._asking.key(prompt): prompt for prompt in prompts}
        kept = await self._kept(list(keys))
        new = sorted(keys[key] for key in keys.keys() - kept.keys())
        asked = await asyncio.gather(*(self._asking.ask(prompt, self._keep) for prompt in new))
        fresh = {prompt: answer for prompt, answer in zip(new, asked, strict=True) if answer}
        return {keys[key]: answer for key, answer in kept.items()} | fresh

    async def _keep(self, prompt: str, read: asking.Answer | None, finished: Finished) -> None:
        """Keep an answer and its cost; of one that cannot be used the cost alone."""
        answer = ModelAnswer(
            key=f"unusable {uuid4().hex}" if read is None else self._asking.key(prompt),
            labeller_version=self._asking.version,
            contestant=self._asking.model.id,
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

    def _labels(self, battle: UUID, answer: asking.Answer) -> list[FoundLabel]:
        return [
            FoundLabel(battle, kind, self._asking.version, KINDS[kind].value(names), None)
            for kind, names in answer.items()
        ]
