import random
from collections import Counter

import pytest

from tiltyard.arena.pairing import NobodyToMeetError, draw_uniform_pair
from tiltyard.contestants.demo import demo_catalogue

CONTESTANTS = demo_catalogue().drawable[:4]


def test_every_ordered_pair_is_drawn_equally_often() -> None:
    chance = random.Random(1)
    pairs = (draw_uniform_pair(CONTESTANTS, chance) for _ in range(12_000))
    seen = Counter((pair.a.id, pair.b.id) for pair in pairs)
    assert len(seen) == 12
    # 1,000 expected of each; 5 standard deviations of the binomial are 151.
    assert all(849 < count < 1151 for count in seen.values())


def test_the_probability_is_that_of_meeting_whichever_the_side() -> None:
    pair = draw_uniform_pair(CONTESTANTS, random.Random(1))
    assert pair.probability == pytest.approx(1 / 6)
    assert pair.policy == "uniform@1"


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_contestants_cannot_meet(count: int) -> None:
    with pytest.raises(NobodyToMeetError, match=f"the catalogue has {count}"):
        draw_uniform_pair(CONTESTANTS[:count], random.Random(1))
