import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

from tiltyard.labels.agreement import agreement, share


def test_precision_and_recall_of_a_class() -> None:
    truth = np.array([[1], [1], [1], [0], [0]], bool)
    found = np.array([[1], [1], [0], [1], [0]], bool)
    (only,) = agreement(truth, found, ("code",)).classes
    assert only.precision.estimate == pytest.approx(2 / 3)
    assert only.recall.estimate == pytest.approx(2 / 3)
    assert (only.precision.cases, only.recall.cases) == (3, 3)


def test_kappa_is_cohens_of_the_decisions() -> None:
    draw = np.random.default_rng(1)
    truth = draw.random((400, 1)) < 0.3
    found = truth ^ (draw.random((400, 1)) < 0.1)
    table = np.array(
        [[(truth & found).sum(), (truth & ~found).sum()],
         [(~truth & found).sum(), (~truth & ~found).sum()]]
    )  # fmt: skip
    judge = cohens_kappa(table)
    mine = agreement(truth, found, ("code",))
    assert mine.kappa == pytest.approx(judge.kappa)
    assert mine.kappa_lower == pytest.approx(judge.kappa_low, abs=0.03)
    assert mine.kappa_upper == pytest.approx(judge.kappa_upp, abs=0.03)


def test_kappa_of_one_class_each_is_cohens_of_the_classes() -> None:
    draw = np.random.default_rng(2)
    said = draw.choice(3, 300, p=[0.7, 0.2, 0.1])
    answered = np.where(draw.random(300) < 0.7, said, draw.integers(0, 3, 300))
    table = np.zeros((3, 3))
    np.add.at(table, (said, answered), 1)
    judge = cohens_kappa(table)
    mine = agreement(np.eye(3, dtype=bool)[said], np.eye(3, dtype=bool)[answered], tuple("abc"))
    assert mine.kappa == pytest.approx(judge.kappa)
    assert mine.kappa_lower == pytest.approx(judge.kappa_low, abs=0.03)
    assert mine.kappa_upper == pytest.approx(judge.kappa_upp, abs=0.03)


def test_who_always_says_the_commonest_class_agrees_by_chance_only() -> None:
    truth = np.eye(3, dtype=bool)[[0] * 90 + [1] * 5 + [2] * 5]
    always = np.eye(3, dtype=bool)[[0] * 100]
    assert agreement(truth, always, tuple("abc")).kappa == pytest.approx(0)


def test_kappa_of_any_number_of_classes_is_the_mean_of_theirs() -> None:
    truth = np.array([[1, 1], [1, 0], [0, 1], [0, 0]], bool)
    found = np.array([[1, 1], [1, 1], [0, 1], [0, 1]], bool)
    both = agreement(truth, found, ("code", "maths"))
    assert [one.kappa for one in both.classes] == pytest.approx([1.0, 0.0])
    assert both.kappa == pytest.approx(0.5)


@pytest.mark.parametrize(("hits", "cases"), [(0, 7), (7, 7), (3, 10), (499, 500)])
def test_shares_have_wilsons_interval(hits: int, cases: int) -> None:
    lower, upper = proportion_confint(hits, cases, method="wilson")
    found = share(hits, cases)
    assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=1e-12)


def test_what_cannot_be_told_is_none() -> None:
    always = np.ones((3, 1), bool)
    found = agreement(always, always, ("code",))
    assert found.kappa is None
    assert found.accuracy.estimate == 1.0
    (never,) = agreement(~always, ~always, ("code",)).classes
    assert never.precision.estimate is None


def test_all_right_is_one_with_room_below() -> None:
    """Of 36 texts that are all right, one in ten may be wrong in truth (Wilson's interval)."""
    truth = np.eye(3, dtype=bool)[[0, 1, 2] * 12]
    found = agreement(truth, truth, tuple("abc"))
    assert (found.kappa, found.kappa_upper) == (1.0, 1.0)
    assert found.kappa_lower is not None
    assert 0.8 < found.kappa_lower < 0.95


def test_one_class_always_right_and_two_never_found_is_no_point() -> None:
    truth = np.eye(3, dtype=bool)[[0, 1, 2] * 12]
    found = truth & [True, False, False]
    mine = agreement(truth, found, tuple("abc"))
    assert mine.kappa == pytest.approx(1 / 3)
    assert mine.kappa_lower is not None
    assert mine.kappa_upper is not None
    assert mine.kappa_lower < 1 / 3 - 0.01
    assert mine.kappa_upper > 1 / 3 + 0.01


def test_where_everything_was_seen_nothing_is_smoothed() -> None:
    """As many of each kind as of each other: kappa is nothing, give or take the texts drawn."""
    truth = np.array([[1], [1], [0], [0]] * 100, bool)
    found = np.array([[1], [0], [1], [0]] * 100, bool)
    mine = agreement(truth, found, ("code",))
    assert mine.kappa_lower == pytest.approx(-1.96 / np.sqrt(400), abs=0.02)
    assert mine.kappa_upper == pytest.approx(1.96 / np.sqrt(400), abs=0.02)


def test_the_same_seed_gives_the_same_interval() -> None:
    truth = np.eye(3, dtype=bool)[[0, 1, 2, 0, 1, 2]]
    found = np.eye(3, dtype=bool)[[0, 1, 2, 0, 2, 2]]
    assert agreement(truth, found, tuple("abc")) == agreement(truth, found, tuple("abc"))
