import random
from collections import Counter
from collections.abc import AsyncGenerator, Sequence

import pytest

from arena.pairing.fields import card, field
from opened import ASK, make_arena, open_ledger, opened
from tiltyard.arena.exposure import ANONYMOUS, Exposure, compare_exposure, line_of
from tiltyard.arena.pairing.draw_table import DrawTable
from tiltyard.arena.pairing.rules import Boost, PairingRules
from tiltyard.arena.pairing.standings import NO_VOTES
from tiltyard.contestants.card import Contestant, Status
from tiltyard.ledger.battles import read_battle
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.exposure import Declared, Met, read_declared

pytestmark = pytest.mark.anyio

CARDS = field(9, organisations=4)
LINES = {one.id: line_of(one) for one in CARDS}
RULES = PairingRules(policy="uniform", boost=Boost(factor=4, contestants=("m001",)))


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        yield ledger


def drawn(battles: int, seed: int, *, from_: Sequence[Contestant] = CARDS) -> list[Met]:
    table, chance = DrawTable(RULES, from_, NO_VOTES), random.Random(seed)
    pairs = (table.draw(chance) for _ in range(battles))
    seen = Counter((pair.a.id, pair.b.id) for pair in pairs)
    return [Met(*pair, count) for pair, count in seen.items()]


def declared(battles: int) -> list[Declared]:
    table = DrawTable(RULES, CARDS, NO_VOTES)
    return [Declared(table.policy, table.shares, battles)]


def test_shares_add_up_and_the_largest_comes_first() -> None:
    lines = compare_exposure(declared(500), drawn(500, 1), LINES)
    assert lines[0].organisation == "Org 1"
    assert sum(line.declared for line in lines) == pytest.approx(1)
    assert sum(line.realised for line in lines) == pytest.approx(1)
    assert sum(line.sides for line in lines) == 1_000


def test_an_honest_draw_is_seldom_unusual_and_its_p_values_are_uniform() -> None:
    pages = [compare_exposure(declared(400), drawn(400, seed), LINES) for seed in range(400)]
    assert sum(any(line.unusual for line in page) for page in pages) <= 12
    values = [line.p_value for page in pages for line in page if line.organisation == "Org 1"]
    below = sum(value is not None and value < 0.5 for value in values)
    # 200 are expected below one half; 5 standard deviations are 50.
    assert 150 < below < 250


def test_a_favoured_organisation_is_unusual() -> None:
    favoured = drawn(2_000, 1, from_=CARDS[:7])
    lines = compare_exposure(declared(2_000), favoured, LINES)
    assert any(line.unusual for line in lines)


def test_a_few_battles_say_nothing() -> None:
    lines = compare_exposure(declared(6), drawn(6, 1), LINES)
    assert [line.p_value for line in lines] == [None] * 4


def test_what_is_certain_has_nothing_to_test() -> None:
    pair = [card("one", "A"), card("two", "B")]
    table = DrawTable(PairingRules(policy="uniform"), pair, NO_VOTES)
    one = Declared(table.policy, table.shares, 100)
    lines = compare_exposure([one], [Met("one", "two", 100)], {"one": "A", "two": "B"})
    assert [(line.declared, line.p_value) for line in lines] == [(0.5, None), (0.5, None)]


@pytest.mark.parametrize(
    "hidden",
    [card("x", "Secret", alias="Heron"), card("x", "Secret", status=Status.PREVIEW)],
)
def test_previews_stand_in_a_line_of_their_own(hidden: Contestant) -> None:
    assert line_of(hidden) == ANONYMOUS


async def test_every_drawn_battle_knows_the_shares_it_was_drawn_under(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battles = [await arena.open_battle("ann", ASK) for _ in range(3)]
        async with ledger.reading() as connection:
            stored = await read_battle(connection, battles[0].id)
        assert stored is not None
        assert stored.declared is not None
        (shares,) = await ledger.in_thread(lambda connection: read_declared(connection, "text"))
        assert shares.battles == 3
        assert shares.policy == stored.policy
        assert sum(shares.shares.values()) == pytest.approx(2)
        assert set(shares.shares) == {one.id for one in arena.catalogue.drawable}


async def test_named_battles_and_examples_are_nobodys_exposure(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        await arena.add_examples()
        await arena.open_battle("ann", ASK)
        two = [one.id for one in arena.catalogue.drawable[:2]]
        await arena.open_battle("ann", ASK, mode="side_by_side", models=two)
        report = await Exposure(ledger, "text").report()
        assert (report.battles, report.undeclared) == (1, 0)
        assert sum(line.sides for line in report.organisations) == 2


async def test_an_arena_without_battles_has_no_lines(ledger: Ledger) -> None:
    arena = make_arena(ledger)
    await arena.open()
    report = await Exposure(ledger, "text").report()
    assert (report.battles, list(report.organisations)) == (0, [])
    await arena.close()


async def test_a_report_is_kept_for_a_while(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        kept, fresh = Exposure(ledger, "text"), Exposure(ledger, "text", fresh_s=0)
        first = await kept.report()
        await arena.open_battle("ann", ASK)
        assert await kept.report() is first
        assert (await fresh.report()).battles == 1
