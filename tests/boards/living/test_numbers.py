from hypothesis import given
from hypothesis import strategies as st

from tiltyard.boards.living.numbers import Gap, Numbers

ORDERS = st.permutations(range(1, 31)).flatmap(
    lambda order: st.lists(st.integers(0, 5), min_size=1, max_size=12).map(
        lambda sizes: [order[sum(sizes[:at]) : sum(sizes[: at + 1])] for at in range(len(sizes))]
    )
)


@given(ORDERS)
def test_whatever_the_order_of_commits_every_number_is_found_once(batches: list[list[int]]) -> None:
    numbers, there, found = Numbers(), set[int](), list[int]()
    for at, batch in enumerate(batches):
        there.update(batch)
        spans = [(first, last or 99) for first, last in numbers.to_read]
        new = sorted(n for n in there if any(first <= n <= last for first, last in spans))
        found += new
        numbers = numbers.and_seen(new, float(at))
    assert sorted(found) == sorted(there)
    assert len(found) == len(set(found))


def test_a_gap_is_given_up_when_it_is_old() -> None:
    numbers = Numbers().and_seen([1, 2, 5], 0.0).and_seen([9], 100.0)
    assert numbers.gaps == (Gap(3, 4, 0.0), Gap(6, 8, 100.0))
    assert numbers.to_read == [(3, 4), (6, 8), (10, None)]
    assert numbers.without_old(50.0).to_read == [(6, 8), (10, None)]


def test_nothing_found_changes_nothing() -> None:
    numbers = Numbers().and_seen([1, 2, 3], 0.0)
    assert numbers.and_seen([], 1.0) == numbers
