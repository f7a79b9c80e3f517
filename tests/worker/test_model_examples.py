"""A labelling model's labels as examples for others, and a labelling model that is judged."""

import json
from collections.abc import AsyncGenerator, Sequence
from functools import partial
from uuid import UUID

import pytest

from labelling_server import GOOD, LabellingServer
from opened import hosted, open_ledger, opened, served_model
from tiltyard.arena.service import Arena
from tiltyard.arena.voting import Ballot
from tiltyard.battles.outcome import Outcome
from tiltyard.contestants.adapter import AnswerError
from tiltyard.contestants.adapters import Adapters
from tiltyard.contestants.messages import Part
from tiltyard.labels.examples import Examples, table_of
from tiltyard.labels.logistic import Choice
from tiltyard.labels.trained import KINDS
from tiltyard.ledger.engine import Ledger
from tiltyard.worker.model_asking import AskingModel
from tiltyard.worker.model_examples import Example, judged_by_examples, model_examples
from tiltyard.worker.model_labelling import ModelLabelling

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ledger(tmp_path: object) -> AsyncGenerator[Ledger]:
    async with open_ledger(f"sqlite:///{tmp_path}/ledger.sqlite3") as ledger:
        yield ledger


def examples(*rows: tuple[str, Sequence[str]]) -> Examples:
    texts, names = zip(*rows, strict=True)
    return Examples(texts, ("code", "maths"), table_of(names, ("code", "maths")), Choice.ANY)


async def voted(arena: Arena, text: str) -> UUID:
    battle = await arena.open_battle("ann", [Part("text", text)])
    async for _ in await arena.events("ann", battle.id, after=0):
        pass
    await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A), key=str(battle.id))
    return battle.id


async def test_what_a_model_said_of_prompts_are_examples(
    ledger: Ledger, adapters: Adapters, server: LabellingServer
) -> None:
    said = {
        "fix my loop": GOOD | {"category": ["code"], "hard": ["complexity", "specificity"]},
        "2 + 2?": GOOD | {"category": ["maths"], "expert": ["expert"], "hard": []},
    }
    server.answering = lambda prompt: json.dumps(said.get(prompt, GOOD))
    model = served_model("labels", server.base_url)
    async with opened(ledger) as arena:
        for text in ("fix my loop", "2 + 2?", "fix my loop"):
            await voted(arena, text)
        forgotten = await voted(arena, "my own name")
        await ModelLabelling(ledger, adapters, model, [*KINDS]).run()
        await arena.forget("ann", forgotten)
    for kind, expected in (
        ("category", {"fix my loop": ["code"], "2 + 2?": ["maths"]}),
        ("hard", {"fix my loop": ["specificity", "complexity"], "2 + 2?": []}),
        ("expert", {"fix my loop": [], "2 + 2?": ["expert"]}),
    ):
        found = await ledger.in_thread(partial(model_examples, kind=kind))
        assert sorted(found) == sorted(Example(*row) for row in expected.items())


async def test_a_model_is_judged_like_any_labeller(
    adapters: Adapters, server: LabellingServer
) -> None:
    said = {"loop": ["code"], "sum": ["maths"], "both": ["code", "maths"], "odd": "nonsense"}
    server.answering = lambda prompt: json.dumps({"category": said[prompt]})
    model = AskingModel(adapters, served_model("labels", server.base_url), ["category"])
    truth = examples(("loop", ["code"]), ("sum", ["maths"]), ("both", ["code"]), ("odd", ["maths"]))
    found = await judged_by_examples(model, truth, seed=0)
    code, maths = found.classes
    assert (code.precision.estimate, code.recall.estimate) == (1.0, 1.0)
    assert (maths.precision.estimate, maths.recall.estimate) == (0.5, 0.5)
    assert found.accuracy.estimate == 0.5
    assert (model.tally.unusable, model.tally.failed) == (1, 0)


async def test_a_model_that_fails_is_not_judged(
    adapters: Adapters, server: LabellingServer
) -> None:
    server.answering = lambda _prompt: None
    model = AskingModel(adapters, served_model("labels", server.base_url), ["category"])
    many = examples(*((f"text {number}", ["code"]) for number in range(20)))
    with pytest.raises(AnswerError, match="times in a row"):
        await judged_by_examples(model, many, seed=0)
