"""What a model said of prompts, as examples to learn from; and a model judged by examples."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from tiltyard.contestants.adapter import AnswerError, Finished
from tiltyard.labels import asking
from tiltyard.labels.agreement import Agreement, agreement
from tiltyard.labels.examples import Examples, table_of
from tiltyard.labels.trained import KINDS
from tiltyard.ledger.conversations import read_said
from tiltyard.ledger.engine import SyncConnection
from tiltyard.ledger.labels import labels_of_version
from tiltyard.worker.model_asking import AskingModel

BATCH = 200


class Example(NamedTuple):
    """A prompt and the classes that a model gave it."""

    text: str
    labels: Sequence[str]


def model_examples(connection: SyncConnection, kind: str) -> list[Example]:
    """Read every different prompt that a model has labelled; the newest label of each counts.

    Prompts whose words were erased are none.
    """
    newest: dict[str, Sequence[str]] = {}
    after = 0
    while rows := labels_of_version(connection, kind, asking.MODEL, after=after, limit=BATCH):
        after = rows[-1][0]
        battles = [battle for _, battle, _ in rows]
        said = read_said(connection, battles, chars=asking.PROMPT_CHARS)
        asked = {one.battle: "\n".join(one.asked) for one in said}
        for _, battle, value in rows:
            if text := asked.get(battle):
                newest[text] = KINDS[kind].classes(value)
    return [Example(text, names) for text, names in newest.items()]


async def judged_by_examples(model: AskingModel, examples: Examples, *, seed: int) -> Agreement:
    """Ask a model about every text, and compare with the labels that stand there.

    A text without an answer that can be used counts as one in which nothing was found.

    Raises
    ------
    AnswerError
        When the endpoint fails, or answers something else, again and again.
    """
    (kind,) = model.kinds
    texts = sorted(set(examples.texts))
    answers = await asyncio.gather(*(model.ask(text, _forget) for text in texts))
    if model.tally.gave_up:
        raise AnswerError(f"{model.model.id} {model.tally.gave_up}.")
    found = {
        text: answer[kind] if answer else () for text, answer in zip(texts, answers, strict=True)
    }
    classes = tuple(
        sorted({*examples.classes, *(name for names in found.values() for name in names)})
    )
    true = table_of([examples.names(row) for row in range(len(examples))], classes)
    given = table_of([found[text] for text in examples.texts], classes)
    return agreement(true, given, classes, seed=seed)


async def _forget(prompt: str, read: asking.Answer | None, finished: Finished) -> None:
    """Keep nothing: these prompts are in no ledger."""
