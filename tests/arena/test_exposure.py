import random
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from arena.pairing.fields import card, field
from opened import ASK, open_ledger, opened
from polling import until
from tiltyard.arena.exposure import (
    ANONYMOUS,
    BATCH,
    NEVER,
    Exposure,
    compare_exposure,
    counted_until,
    line_of,
)
from tiltyard.arena.pairing.draw_table import DrawTable
from tiltyard.arena.pairing.rules import Boost, PairingRules
from tiltyard.arena.pairing.standings import NO_VOTES
from tiltyard.contestants.card import Contestant, Status
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.exposure import Declared, Met, read_declared
from tiltyard.ledger.tables import battles

pytestmark = pytest.mark.anyio

CARDS = field(9, organisations=4)
LINES = {one.id: line_of(one) for one in CARDS}
RULES = PairingRules(policy="uniform", boost=Boost(factor=4, contestants=("m001",)))


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        yield ledger


def drawn(count: int, seed: int, *, from_: Sequence[Contestant] = CARDS) -> list[Met]:
    table, chance = DrawTable(RULES, from_, NO_VOTES), random.Random(seed)
    pairs = (table.draw(chance) for _ in range(count))
    seen = Counter((pair.a.id, pair.b.id) for pair in pairs)
    return [Met(*pair, count) for pair, count in seen.items()]


def declared(count: int) -> list[Declared]:
    table = DrawTable(RULES, CARDS, NO_VOTES)
    return [Declared(table.policy, table.shares, count)]


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


def days(*counts: int) -> list[tuple[date, int]]:
    return [(date(2026, 11, 1) + timedelta(days=at), count) for at, count in enumerate(counts)]


@pytest.mark.parametrize(
    ("counts", "now", "last"),
    [
        ((50,), datetime(2026, 11, 3, 23, tzinfo=UTC), NEVER),
        ((50,), datetime(2026, 11, 4, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)),
        ((19,), datetime(2026, 12, 1, tzinfo=UTC), NEVER),
        ((19, 0, 1), datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 11, 4, tzinfo=UTC)),
        ((30, 5, 30, 5), datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 11, 4, tzinfo=UTC)),
        ((), datetime(2026, 12, 1, tzinfo=UTC), NEVER),
    ],
)
def test_battles_count_by_days_and_never_soon(
    counts: tuple[int, ...], now: datetime, last: datetime
) -> None:
    assert counted_until(days(*counts), now) == last


async def age(ledger: Ledger) -> None:
    """Make every battle four days old."""
    at = datetime.now(UTC) - timedelta(days=4)
    async with ledger.writing() as connection:
        await connection.execute(battles.update().values(created_at=at))


async def test_every_drawn_battle_knows_the_shares_it_was_drawn_under(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        stored = [await arena.open_battle("ann", ASK) for _ in range(3)]
        (shares,) = await ledger.in_thread(
            lambda connection: read_declared(connection, "text", until=datetime.now(UTC))
        )
        assert shares.battles == 3
        assert {battle.policy for battle in stored} == {shares.policy}
        assert len({battle.declared for battle in stored} - {None}) == 1
        assert sum(shares.shares.values()) == pytest.approx(2)
        assert set(shares.shares) == {one.id for one in arena.catalogue.drawable}


async def test_a_battle_that_may_be_voted_on_is_nobodys_exposure_yet(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        for _ in range(BATCH):
            await arena.open_battle("ann", ASK)
        report = await Exposure(ledger, "text").report()
        assert (report.battles, report.until, list(report.organisations)) == (0, None, [])
        await age(ledger)
        report = await Exposure(ledger, "text").report()
        assert report.battles == BATCH
        assert sum(line.sides for line in report.organisations) == 2 * BATCH


async def test_named_battles_and_examples_are_nobodys_exposure(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        await arena.add_examples()
        two = [one.id for one in arena.catalogue.drawable[:2]]
        for _ in range(BATCH):
            await arena.open_battle("ann", ASK)
            await arena.open_battle("ann", ASK, mode="side_by_side", models=two)
        await age(ledger)
        report = await Exposure(ledger, "text").report()
        assert (report.battles, report.undeclared) == (BATCH, 0)


async def test_an_arena_without_battles_has_no_lines(ledger: Ledger) -> None:
    async with opened(ledger):
        report = await Exposure(ledger, "text").report()
        assert (report.battles, list(report.organisations)) == (0, [])


async def test_a_report_is_kept_for_a_while(ledger: Ledger) -> None:
    async with opened(ledger):
        kept, fresh = Exposure(ledger, "text", fresh_s=3600), Exposure(ledger, "text", fresh_s=0)
        assert await kept.report() is await kept.report()
        first = await fresh.report()

        async def renewed() -> bool:
            return await fresh.report() is not first

        assert await until(renewed)
