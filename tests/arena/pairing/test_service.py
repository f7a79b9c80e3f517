import random
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import pytest

from arena.pairing.fields import field
from opened import ASK, make_arena, open_ledger, opened
from polling import until
from tiltyard.arena.definition import built_in_definition
from tiltyard.arena.examples import example_battles
from tiltyard.arena.pairing.draw_table import NobodyToMeetError
from tiltyard.arena.pairing.rules import NeverMeet, PairingRules, Weights
from tiltyard.arena.pairing.service import Pairing, enough
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.history import add_history

pytestmark = pytest.mark.anyio

RULES = PairingRules(policy="weighted", weights=Weights(new_until_votes=0, top_places=1, top=9))
CHANCE = random.Random(5)


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        yield ledger


async def votes_of_the_examples(ledger: Ledger) -> None:
    arena = make_arena(ledger)
    await arena.open()
    past = example_battles(arena.definition, arena.catalogue.drawable, before=datetime.now(UTC))
    async with ledger.writing() as connection:
        await add_history(connection, list(past))
    await arena.close()


async def test_after_a_restart_the_votes_count_from_the_first_battle_on(ledger: Ledger) -> None:
    await votes_of_the_examples(ledger)
    cards = make_arena(ledger).catalogue.drawable
    pairing = Pairing(RULES, "text", ledger)
    await pairing.draw(cards, CHANCE)
    shares = sorted((await pairing.table(cards)).shares.values())
    assert shares[-1] > 2 * shares[-2]
    await pairing.close()


async def test_new_votes_change_the_draw_while_drawing_goes_on(ledger: Ledger) -> None:
    cards = make_arena(ledger).catalogue.drawable
    pairing = Pairing(RULES, "text", ledger, look_s=0)
    first = await pairing.draw(cards, CHANCE)
    assert first.probability == pytest.approx(1 / 28)
    await votes_of_the_examples(ledger)

    async def changed() -> bool:
        return (await pairing.draw(cards, CHANCE)).probability != pytest.approx(1 / 28)

    assert await until(changed)
    await pairing.close()


async def test_another_arenas_votes_count_nothing(ledger: Ledger) -> None:
    await votes_of_the_examples(ledger)
    cards = make_arena(ledger).catalogue.drawable
    pairing = Pairing(RULES, "vision", ledger)
    assert (await pairing.draw(cards, CHANCE)).probability == pytest.approx(1 / 28)
    await pairing.close()


async def test_whoever_the_caller_leaves_out_is_not_drawn(ledger: Ledger) -> None:
    cards = field(5)
    pairing = Pairing(PairingRules(policy="uniform"), "text", ledger)
    for _ in range(30):
        pair = await pairing.draw(cards[:2], CHANCE)
        assert {pair.a.id, pair.b.id} == {"m000", "m001"}
    assert (await pairing.draw(cards, CHANCE)).probability == pytest.approx(0.1)
    with pytest.raises(NobodyToMeetError):
        await pairing.draw(cards[:1], CHANCE)


async def test_an_unreachable_ledger_leaves_the_last_standings(ledger: Ledger) -> None:
    cards = make_arena(ledger).catalogue.drawable
    pairing = Pairing(RULES, "text", ledger, look_s=0)
    await pairing.draw(cards, CHANCE)
    async with ledger.writing() as connection:
        await connection.exec_driver_sql("ALTER TABLE votes RENAME TO hidden")
    for _ in range(3):
        await pairing.draw(cards, CHANCE)
        await pairing.close()
    async with ledger.writing() as connection:
        await connection.exec_driver_sql("ALTER TABLE hidden RENAME TO votes")


async def test_a_running_arena_keeps_apart_who_never_meets(ledger: Ledger) -> None:
    first, *others = (card.id for card in make_arena(ledger).catalogue.drawable)
    rules = PairingRules(policy="active", never_meet=NeverMeet(groups=(tuple(others),)))
    definition = built_in_definition("text").model_copy(update={"pairing": rules})
    async with opened(ledger, definition=definition) as arena:
        for _ in range(12):
            battle = await arena.open_battle("ann", ASK)
            assert first in {side.contestant for side in battle.sides}
            assert battle.pair_probability == pytest.approx(1 / 7)
            assert battle.policy == rules.policy_id


async def test_shares_are_recorded_for_draws_that_count(ledger: Ledger) -> None:
    cards = field(5)
    pairing = Pairing(PairingRules(policy="uniform"), "text", ledger)
    assert (await pairing.draw(cards, CHANCE, declare=False)).declared is None
    assert await recorded(ledger) == 0
    digests = {(await pairing.draw(cards, CHANCE)).declared for _ in range(5)}
    assert len(digests) == await recorded(ledger) == 1


async def recorded(ledger: Ledger) -> int:
    async with ledger.reading() as connection:
        found = await connection.exec_driver_sql("SELECT count(*) FROM declared_shares")
        return int(found.scalar_one())


def test_standings_are_made_anew_after_a_hundredth_more_votes() -> None:
    assert [enough(known, 20) for known in (0, 500, 5_000, 1_000_000)] == [10, 10, 50, 200]
    assert [enough(known, 1_000) for known in (0, 1_000_000)] == [200, 200]
