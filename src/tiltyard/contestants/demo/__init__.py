"""Demo contestants: in process, deterministic, and labelled as what they are everywhere."""

from tiltyard.contestants.demo.adapter import Demo
from tiltyard.contestants.demo.answering import answer_grade, demo_quality, plain_answer
from tiltyard.contestants.demo.catalogue import demo_catalogue
from tiltyard.contestants.demo.prepared import SuggestedPrompt, suggested_prompts

__all__ = [
    "Demo",
    "SuggestedPrompt",
    "answer_grade",
    "demo_catalogue",
    "demo_quality",
    "plain_answer",
    "suggested_prompts",
]
