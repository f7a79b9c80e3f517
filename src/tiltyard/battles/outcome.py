"""The four outcomes of a vote, and every published way to spell them."""

from enum import StrEnum


class Outcome(StrEnum):
    """What the person decided."""

    A = "a"
    B = "b"
    TIE = "tie"
    BOTH_BAD = "both_bad"


SPELLINGS = {
    # The battles table and the LMArena sets (33k, 55k, 100k, 140k, expert-5k)
    "a": Outcome.A,
    "b": Outcome.B,
    "model_a": Outcome.A,
    "model_b": Outcome.B,
    "tie": Outcome.TIE,
    "both_bad": Outcome.BOTH_BAD,
    "tie (bothbad)": Outcome.BOTH_BAD,
    # FastChat's log
    "leftvote": Outcome.A,
    "rightvote": Outcome.B,
    "tievote": Outcome.TIE,
    "bothbad_vote": Outcome.BOTH_BAD,
    # compar:IA v2; "both good" is a tie, as the published leaderboards count it
    "a_better": Outcome.A,
    "b_better": Outcome.B,
    "both_good": Outcome.TIE,
    # evalica and the LLMFAO crowd votes
    "left": Outcome.A,
    "right": Outcome.B,
    "winner.x": Outcome.A,
    "winner.y": Outcome.B,
    "winner.draw": Outcome.TIE,
    "x": Outcome.A,
    "y": Outcome.B,
    "draw": Outcome.TIE,
    # Arena-Hard verdicts; a vote has no strength, so ">>" is a win like any other
    "a>>b": Outcome.A,
    "a>b": Outcome.A,
    "a=b": Outcome.TIE,
    "b>a": Outcome.B,
    "b>>a": Outcome.B,
    # The one-hot columns of 55k and the Kaggle set
    "winner_model_a": Outcome.A,
    "winner_model_b": Outcome.B,
    "winner_tie": Outcome.TIE,
}

ALLOWED = "a, b, tie, both_bad, or a published spelling such as model_a or 'tie (bothbad)'"


def outcome_of(label: str) -> Outcome | None:
    """Read a label in any published spelling, in any case; None when it is none of them."""
    return SPELLINGS.get(label.strip().lower())
