from functools import partial

import pytest

from opened import ASK, open_ledger, opened
from tiltyard.arena.voting import Ballot
from tiltyard.battles.outcome import Outcome
from tiltyard.ledger.answer_measures import measure_answers

pytestmark = pytest.mark.anyio


async def test_answers_are_measured_once_their_battle_is_settled(ledger_url: str) -> None:
    """Before, the numbers would tell the voter who answers."""
    async with open_ledger(ledger_url) as ledger, opened(ledger) as arena:
        battle = await arena.open_battle("ann", ASK)
        async for _ in await arena.events("ann", battle.id, after=0):
            pass
        measure = partial(measure_answers, arena="text")
        assert await ledger.in_thread(measure) == []
        await arena.vote("ann", battle.id, Ballot(Outcome.A, (), ""), key="k")
        found = await ledger.in_thread(measure)
        assert {one.contestant for one in found} == {side.contestant for side in battle.sides}
        for one in found:
            assert (one.answers, one.cost_usd) == (0, None)  # what canned answers cost is not known
            assert one.duration_ms is not None
            assert one.first_text_ms is not None
            assert 0 <= one.first_text_ms <= one.duration_ms
        assert await ledger.in_thread(partial(measure_answers, arena="vision")) == []
