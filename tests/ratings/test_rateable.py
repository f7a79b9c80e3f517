import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiltyard.ratings.pair_counts import Code, PairCounts
from tiltyard.ratings.rateable import fit_rateable, fit_rateable_sparse

MODELS = 7
VOTE = st.tuples(st.integers(0, MODELS - 1), st.integers(1, MODELS - 1), st.sampled_from(Code))


@settings(deadline=None)
@given(st.lists(VOTE, max_size=40), st.sets(st.integers(0, MODELS - 1)))
def test_the_sparse_fit_rates_and_leaves_out_the_same_models_as_the_dense_one(
    votes: list[tuple[int, int, Code]], asked: set[int]
) -> None:
    a = [first for first, _, _ in votes]
    b = [(first + step) % MODELS for first, step, _ in votes]
    counts = PairCounts.from_votes(a, b, [outcome for _, _, outcome in votes], models=MODELS)
    dense = fit_rateable(counts)
    sparse = fit_rateable_sparse(counts, requested=np.array(sorted(asked), np.int64))
    assert sparse.members.tolist() == dense.members.tolist()
    assert {why: who.tolist() for why, who in sparse.left_out.items()} == {
        why: who.tolist() for why, who in dense.left_out.items()
    }
    assert (sparse.fit is None) == (dense.fit is None)
    if dense.fit is None or sparse.fit is None:
        return
    rows = sparse.fit.requested
    assert sparse.members[rows].tolist() == sorted(asked & set(dense.members.tolist()))
    assert sparse.fit.strengths == pytest.approx(dense.fit.strengths, abs=1e-6)
    expected = dense.fit.covariance[np.ix_(rows, rows)]
    assert sparse.fit.covariance == pytest.approx(expected, rel=1e-5, abs=1e-6)
