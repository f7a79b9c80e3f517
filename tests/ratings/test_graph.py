import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from tiltyard.ratings.bradley_terry import fit_bradley_terry
from tiltyard.ratings.graph import pair_residuals, surviving_cycles
from tiltyard.ratings.pair_counts import Code, Floats, PairCounts


def round_robin(share: Floats, votes: float, ties: float = 0.0) -> PairCounts:
    """Everybody met everybody; entry (i, j) of `share` is what i wins of the decided votes."""
    first, second = np.triu_indices(len(share), 1)
    decided = np.full(first.size, votes * (1 - ties))
    won = share[first, second] * decided
    none = np.zeros(first.size)
    return PairCounts(len(share), first, second, won, decided - won, none + votes * ties, none)


def of_strengths(strengths: Floats) -> Floats:
    share: Floats = 1 / (1 + np.exp(strengths - strengths[:, None]))
    return share


def test_votes_that_the_model_explains_leave_no_residual() -> None:
    counts = round_robin(of_strengths(np.array([0.0, 0.5, 1.0, 2.0])), votes=1000)
    residuals = pair_residuals(counts, fit_bradley_terry(counts).strengths)
    assert residuals.standardised == pytest.approx(np.zeros(6), abs=1e-5)
    assert residuals.observed == pytest.approx(residuals.expected)
    assert residuals.dispersion == pytest.approx(1.0)
    assert residuals.surprising().size == 0


def test_the_pair_that_does_not_fit_is_named_first() -> None:
    share = of_strengths(np.linspace(-1, 1, 6))
    share[1, 4] += 0.3
    counts = round_robin(share, votes=1000)
    residuals = pair_residuals(counts, fit_bradley_terry(counts).strengths)
    worst = residuals.surprising()[0]
    assert (counts.first[worst], counts.second[worst]) == (1, 4)
    assert residuals.standardised[worst] > 4


@pytest.mark.parametrize("ties", [0.0, 0.2])
def test_residuals_of_a_true_model_are_standard_normal(ties: float) -> None:
    """300 logs of 15 pairs; a tie takes half from either side, so expected points stay the same."""
    random = np.random.default_rng(20_261_125)
    points = of_strengths(np.linspace(-1, 1, 6))
    expected = round_robin((points - ties / 2) / (1 - ties), votes=200, ties=ties)
    seen, flagged = [], 0
    for _ in range(300):
        cells = [expected.first_wins, expected.second_wins, expected.ties]
        won, lost, tied = random.multinomial(200, np.column_stack(cells) / 200).T * 1.0
        counts = PairCounts(6, expected.first, expected.second, won, lost, tied, np.zeros(15))
        residuals = pair_residuals(counts, fit_bradley_terry(counts).strengths)
        seen.append(residuals.standardised)
        flagged += residuals.surprising(0.9).size > 0
    assert np.std(seen) == pytest.approx(1.0, abs=0.05)
    assert np.mean(np.abs(seen) > 1.96) == pytest.approx(0.05, abs=0.02)
    assert 0.03 < flagged / 300 < 0.17


def test_weights_count_for_their_squares() -> None:
    """Each vote doubled in weight says no more; four votes of weight one each say more."""
    share = of_strengths(np.linspace(-1, 1, 4))
    share[0, 3] = 0.3
    counts = round_robin(share, votes=400)
    strengths = fit_bradley_terry(counts).strengths
    plain = pair_residuals(counts, strengths).standardised
    doubled = pair_residuals(counts.scaled(2.0), strengths, counts.scaled(4.0)).standardised
    assert doubled == pytest.approx(plain)
    assert pair_residuals(counts.scaled(4.0), strengths).standardised == pytest.approx(2 * plain)


def test_a_pair_that_alone_decides_its_own_fit_has_nothing_left_to_compare() -> None:
    counts = PairCounts.from_votes([0, 0], [1, 1], [Code.A, Code.B], [90.0, 10.0], models=2)
    residuals = pair_residuals(counts, fit_bradley_terry(counts).strengths)
    assert residuals.standardised.tolist() == [0.0]


def test_a_rock_paper_scissors_triangle_survives_and_a_ladder_has_none() -> None:
    share = np.array([[0.5, 0.9, 0.1], [0.1, 0.5, 0.9], [0.9, 0.1, 0.5]])
    found = surviving_cycles(round_robin(share, votes=100))
    assert found.triangles.tolist() == [[0, 1, 2]]
    assert [group.tolist() for group in found.tangles] == [[0, 1, 2]]
    ladder = surviving_cycles(round_robin(of_strengths(np.array([2.0, 0.0, -2.0])), votes=100))
    assert ladder.triangles.shape == (0, 3)
    assert ladder.tangles == ()
    assert ladder.beats.tolist() == [[0, 1], [0, 2], [1, 2]]


def test_a_cycle_of_few_votes_does_not_survive() -> None:
    share = np.array([[0.5, 0.9, 0.1], [0.1, 0.5, 0.9], [0.9, 0.1, 0.5]])
    assert surviving_cycles(round_robin(share, votes=10)).triangles.size == 0
    weighted = round_robin(share, votes=100), round_robin(share, votes=1000)
    assert surviving_cycles(*weighted).triangles.size == 0


def test_a_cycle_of_four_without_a_triangle_is_a_tangle() -> None:
    ring = np.arange(4)
    counts = PairCounts.from_votes(ring, (ring + 1) % 4, [Code.A] * 4, [50.0] * 4, models=4)
    found = surviving_cycles(counts)
    assert found.triangles.size == 0
    assert [group.tolist() for group in found.tangles] == [[0, 1, 2, 3]]


@given(st.integers(0, 60), st.integers(0, 60), st.sampled_from([0.5, 0.9, 0.999]))
def test_a_pair_is_certain_where_the_exact_sign_test_says_so(
    won: int, lost: int, confidence: float
) -> None:
    counts = PairCounts.from_votes([0, 0], [1, 1], [0, 1], [float(won), float(lost)], models=2)
    certain = surviving_cycles(counts, confidence=confidence).beats.tolist()
    doubt = binomtest(won, won + lost).pvalue if won + lost else 1.0
    winner = [[0, 1] if won > lost else [1, 0]]
    assert certain == (winner if doubt < 1 - confidence else [])


@settings(deadline=None)
@given(st.integers(3, 7), st.integers(0, 2**32))
def test_triangles_are_all_the_cycles_of_three_each_once(models: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    first, second = np.triu_indices(models, 1)
    won = random.choice([0.0, 50.0, 100.0], size=first.size)
    none = np.zeros(first.size)
    found = surviving_cycles(PairCounts(models, first, second, won, 100 - won, none, none))
    beats = {(int(a), int(b)) for a, b in found.beats}
    expected = [
        [a, b, c]
        for a in range(models)
        for b in range(a + 1, models)
        for c in range(a + 1, models)
        if {(a, b), (b, c), (c, a)} <= beats
    ]
    assert found.triangles.tolist() == sorted(expected)
    for triangle in found.triangles:
        assert any(set(triangle) <= set(group.tolist()) for group in found.tangles)
