import random
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from arena.pairing.fields import card, field, voted
from tiltyard.arena.pairing.draw_table import DrawTable, NobodyToMeetError
from tiltyard.arena.pairing.rules import Active, Boost, NeverMeet, PairingRules, Weights
from tiltyard.arena.pairing.standings import NO_VOTES, Standings
from tiltyard.contestants.card import Contestant

POLICIES = [
    PairingRules(policy="uniform"),
    PairingRules(policy="weighted", weights=Weights(new_until_votes=100, top_places=2)),
    PairingRules(policy="active", active=Active(floor=0.2)),
]
APART = NeverMeet(same=("organisation",), groups=(("m000", "m003"),))

rules = st.builds(
    lambda policy, boost, apart: policy.model_copy(update={"boost": boost, "never_meet": apart}),
    st.sampled_from(POLICIES),
    st.none() | st.builds(Boost, factor=st.floats(0.001, 1000), until_votes=st.integers(0, 300)),
    st.sampled_from([NeverMeet(), APART]),
)


@st.composite
def standings(draw: st.DrawFn) -> tuple[list[Contestant], Standings]:
    cards = field(draw(st.integers(3, 12)), organisations=draw(st.integers(2, 12)))
    votes = draw(st.lists(st.integers(0, 500), min_size=len(cards), max_size=len(cards)))
    return cards, voted(cards, votes) if draw(st.booleans()) else NO_VOTES


@given(rules, standings())
@settings(deadline=None)
def test_the_probabilities_of_all_pairs_sum_to_one(
    rules: PairingRules, at: tuple[list[Contestant], Standings]
) -> None:
    cards, so_far = at
    table = DrawTable(rules, cards, so_far)
    assert table.probabilities.sum() == pytest.approx(1, abs=1e-12)
    assert (table.probabilities > 0).all()
    assert table.probabilities.max() <= 1
    assert sum(table.shares.values()) == pytest.approx(2)


@given(rules, standings())
@settings(max_examples=30, deadline=None)
def test_who_never_meets_is_never_drawn(
    rules: PairingRules, at: tuple[list[Contestant], Standings]
) -> None:
    cards, so_far = at
    table = DrawTable(rules.model_copy(update={"never_meet": APART}), cards, so_far)
    chance = random.Random(3)
    for pair in (table.draw(chance) for _ in range(200)):
        assert pair.a.organisation != pair.b.organisation
        assert {pair.a.id, pair.b.id} != {"m000", "m003"}


@pytest.mark.parametrize("rules", POLICIES, ids=lambda rules: rules.policy)
def test_pairs_come_as_often_as_declared(rules: PairingRules) -> None:
    cards = field(7, organisations=5)
    rules = rules.model_copy(
        update={"never_meet": APART, "boost": Boost(factor=3, contestants=("m005",))}
    )
    table = DrawTable(rules, cards, voted(cards, [400, 400, 300, 30, 300, 60, 200]))
    draws, chance = 60_000, random.Random(11)
    drawn = [table.draw(chance) for _ in range(draws)]
    seen = Counter(frozenset((pair.a.id, pair.b.id)) for pair in drawn)
    declared = {frozenset((pair.a.id, pair.b.id)): pair.probability for pair in drawn}
    assert sum(declared.values()) == pytest.approx(1)
    expected = [draws * declared[pair] for pair in declared]
    assert chisquare([seen[pair] for pair in declared], expected).pvalue > 1e-4
    left = sum(pair.a.id < pair.b.id for pair in drawn)
    assert abs(left - draws / 2) < 4 * (draws / 4) ** 0.5


def test_uniform_makes_every_pair_equally_likely() -> None:
    pair = DrawTable(POLICIES[0], field(8), NO_VOTES).draw(random.Random(1))
    assert pair.probability == pytest.approx(1 / 28)


def test_one_is_drawn_by_weight_and_then_a_rival_by_weight() -> None:
    cards = field(3)
    so_far = voted(cards, [50, 50, 50])
    rules = PairingRules(
        policy="weighted",
        weights=Weights(new_until_votes=0, top_places=1, top=3),
    )
    table = DrawTable(rules, cards, so_far)
    weights = dict(zip((card.id for card in cards), (3, 1, 1), strict=True))
    for row, (one, other) in enumerate(combinations(weights, 2)):
        p, q = weights[one] / 5, weights[other] / 5
        assert table.probabilities[row] == pytest.approx(p * q / (1 - p) + q * p / (1 - q))


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_cannot_meet(count: int) -> None:
    with pytest.raises(NobodyToMeetError, match=f"{count} can be drawn now") as refused:
        DrawTable(POLICIES[1], field(count), NO_VOTES)
    assert refused.value.status == 503


@pytest.mark.parametrize("policy", ["uniform", "weighted", "active"])
def test_nobody_who_may_meet_is_one_sentence(policy: str) -> None:
    rules = PairingRules.model_validate(
        {"policy": policy, "never_meet": {"same": ["organisation"]}}
    )
    with pytest.raises(NobodyToMeetError, match="No two of the 2 contestants"):
        DrawTable(rules, [card("one"), card("two")], NO_VOTES)


def test_weights_of_zero_leave_nobody() -> None:
    rules = PairingRules(policy="weighted", weights=Weights(new=0))
    with pytest.raises(NobodyToMeetError, match="see never_meet and the weights"):
        DrawTable(rules, field(3), NO_VOTES)


def test_two_contestants_meet_for_certain() -> None:
    assert DrawTable(POLICIES[2], field(2), NO_VOTES).draw(random.Random(1)).probability == 1
