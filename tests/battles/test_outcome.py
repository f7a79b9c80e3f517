import pytest

from tiltyard.battles.outcome import Outcome, outcome_of


@pytest.mark.parametrize(
    ("labels", "outcome"),
    [
        (["a", "model_a", "leftvote", "left", "a_better", "A>B", "A>>B", "Winner.X"], Outcome.A),
        (["b", "model_b", "rightvote", "right", "b_better", "B>A", "B>>A", "Winner.Y"], Outcome.B),
        (["tie", "tievote", "both_good", "A=B", "Winner.Draw", " Tie "], Outcome.TIE),
        (["both_bad", "tie (bothbad)", "bothbad_vote"], Outcome.BOTH_BAD),
    ],
)
def test_published_spellings_mean_one_of_four_outcomes(labels: list[str], outcome: Outcome) -> None:
    assert {outcome_of(label) for label in labels} == {outcome}


def test_any_other_label_is_no_outcome() -> None:
    assert outcome_of("modl_a") is None
    assert outcome_of("") is None
