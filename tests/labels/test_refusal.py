from pathlib import Path

from tiltyard.labels.cross_validation import evaluated
from tiltyard.labels.example_files import read_examples
from tiltyard.labels.labeller import Batch, Conversation
from tiltyard.labels.refusal import OPENING_CHARS, RefusalLabeller, are_refusals

SET = Path(__file__).parent / "sets" / "refusals.jsonl"


def test_precision_and_recall_on_answers_that_were_read_by_a_person() -> None:
    """The figures of docs/reference/labels.md; worse than these is a defect."""
    (refusal,) = evaluated(RefusalLabeller(), read_examples(SET)).classes
    assert refusal.precision.estimate == 1.0
    assert refusal.recall.estimate == 1.0


def test_a_refusal_at_any_turn_is_one_of_its_side() -> None:
    no = "I'm sorry, but I can't help with that."
    talk = Conversation(("1", "2"), ("Yes.", no), ("Yes.", "Here it is."))
    (label,) = RefusalLabeller().label(Batch([talk]))
    assert label.value == {"refusal_a": True, "refusal_b": False}


def test_what_is_said_late_in_an_answer_is_about_something_else() -> None:
    assert are_refusals(["x" * OPENING_CHARS + " I cannot help with that.", ""]) == [False, False]
