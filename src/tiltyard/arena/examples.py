"""Example votes for the demo: battles between demo contestants, judged by their answers' grades.

They are recorded with the source `example`, so that pages can say so and slices can leave them out.
"""

import hashlib
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tiltyard.arena.definition import ArenaDefinition
from tiltyard.arena.pairing.draw_table import DrawTable
from tiltyard.arena.pairing.rules import PairingRules
from tiltyard.arena.pairing.standings import NO_VOTES
from tiltyard.battles.outcome import Outcome
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.demo import answer_grade, plain_answer, suggested_prompts
from tiltyard.ledger.records import Attempt, Battle, Revealed, Side, Slot, Turn, Vote
from tiltyard.ledger.sources import EXAMPLES

COUNT = 600
VOTERS = 60
TASTE = 0.12
"""How far people's judgement strays from the grades: the standard deviation of its noise."""

TOO_CLOSE = 0.06
BAD = 0.3


def example_battles(
    definition: ArenaDefinition, contestants: Sequence[Contestant], *, before: datetime
) -> Iterator[Battle]:
    """Make the example battles, the same every time but for their dates, oldest first.

    Parameters
    ----------
    definition
        The arena they are held in.
    contestants
        Demo contestants.
    before
        The newest is a few minutes older than this.
    """
    chance = random.Random(20_26)  # noqa: S311  # examples, not secrets
    prompts = [prompt.text for prompt in suggested_prompts()]
    table = DrawTable(PairingRules(policy="uniform"), contestants, NO_VOTES)
    for number in range(COUNT):
        at = before - timedelta(minutes=7 * (COUNT - number))
        yield _battle(definition, table, chance, chance.choice(prompts), at)


def _battle(
    definition: ArenaDefinition,
    table: DrawTable,
    chance: random.Random,
    prompt: str,
    at: datetime,
) -> Battle:
    pair = table.draw(chance)
    seeds = {"a": chance.getrandbits(31), "b": chance.getrandbits(31)}
    grades = [
        answer_grade(card, prompt, seeds[slot]) + chance.gauss(0, TASTE)
        for slot, card in _slots(pair.a, pair.b)
    ]
    id_ = UUID(int=chance.getrandbits(128), version=4)
    receipt = hashlib.sha256(id_.bytes).hexdigest()
    return Battle(
        id=id_,
        arena=definition.id,
        definition=definition.sha256,
        mode="battle",
        source=EXAMPLES,
        voter=f"example-{chance.randrange(VOTERS)}",
        policy=pair.policy,
        pair_probability=pair.probability,
        created_at=at,
        sides=[
            Side(slot, card.id, card.version, {"model": card.id})
            for slot, card in _slots(pair.a, pair.b)
        ],
        turns=[Turn(1, [{"type": "text", "text": prompt}])],
        attempts=[
            _attempt(slot, seeds[slot], plain_answer(card, prompt, seeds[slot]))
            for slot, card in _slots(pair.a, pair.b)
        ],
        votes=[Vote(1, judge(*grades), [], None, at, receipt)],
        erased=False,
        revealed=Revealed(1, "vote", at),
    )


def judge(grade_a: float, grade_b: float) -> Outcome:
    """Vote as a person might who sees these grades."""
    if abs(grade_a - grade_b) > TOO_CLOSE:
        return Outcome.A if grade_a > grade_b else Outcome.B
    return Outcome.BOTH_BAD if max(grade_a, grade_b) < BAD else Outcome.TIE


def _slots(a: Contestant, b: Contestant) -> Sequence[tuple[Slot, Contestant]]:
    return (("a", a), ("b", b))


def _attempt(slot: Slot, seed: int, text: str) -> Attempt:
    return Attempt(
        turn=1,
        slot=slot,
        number=1,
        state="done",
        seed=seed,
        parts=[{"type": "text", "text": text}],
        reasoning="",
    )
