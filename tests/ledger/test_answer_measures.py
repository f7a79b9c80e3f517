from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import update

from exported import TEXT, record
from exported import battle as held
from importing import import_file
from opened import ASK, hosted, open_ledger, opened
from tiltyard.arena.voting import Ballot
from tiltyard.battles.outcome import Outcome
from tiltyard.ledger import answer_measures
from tiltyard.ledger.answer_measures import measure_answers
from tiltyard.ledger.tables import attempts

pytestmark = pytest.mark.anyio


async def test_answers_are_measured_once_their_battle_is_settled(ledger_url: str) -> None:
    """Before, the numbers would tell the voter who answers."""
    async with open_ledger(ledger_url) as ledger, opened(ledger) as arena:
        battle = await arena.open_battle("ann", ASK)
        async for _ in await arena.events("ann", battle.id, after=0):
            pass
        measure = partial(measure_answers, arena="text")
        assert await ledger.in_thread(measure) == []
        await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A, (), ""), key="k")
        found = await ledger.in_thread(measure)
        assert {one.contestant for one in found} == {side.contestant for side in battle.sides}
        for one in found:
            assert (one.priced_answers, one.cost_usd) == (0, None)  # of canned ones
            assert one.duration_ms is not None
            assert one.first_text_ms is not None
            assert 0 <= one.first_text_ms <= one.duration_ms
        assert await ledger.in_thread(partial(measure_answers, arena="vision")) == []


async def test_neither_imports_nor_other_arenas_crowd_out_the_newest_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_measures, "NEWEST", 2)
    rows = "".join(IMPORTED.format(number=number) for number in range(5))
    (tmp_path / "votes.jsonl").write_text(rows)
    async with open_ledger(f"sqlite:///{tmp_path / 'ledger'}") as ledger:
        await record(ledger, [held(number) for number in (1, 2, 3)])
        others = [held(number, definition=OTHER) for number in range(4, 8)]
        await record(ledger, others, definition=OTHER)
        await import_file(ledger, tmp_path / "votes.jsonl")
        async with ledger.writing() as connection:
            await connection.execute(update(attempts).values(cost_usd=attempts.c.id))
        found = await ledger.in_thread(partial(measure_answers, arena="text"))
    assert [(one.contestant, one.priced_answers, one.cost_usd) for one in found] == [
        ("demo-owl", 2, (4 + 6) / 2),
        ("demo-wren", 2, (3 + 5) / 2),
    ]


OTHER = TEXT.model_copy(update={"id": "other"})
IMPORTED = (
    '{{"id": "{number}", "model_a": "demo-wren", "model_b": "demo-owl", "winner": "model_a", '
    '"conversation_a": [{{"role": "user", "content": "Why?"}}, '
    '{{"role": "assistant", "content": "So."}}], "conversation_b": []}}\n'
)
