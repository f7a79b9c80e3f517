"""Which answer a demo contestant gives: decided by contestant, prompt and seed alone."""

import hashlib
from dataclasses import dataclass

from tiltyard.contestants.card import Contestant
from tiltyard.contestants.demo.phrases import phrases
from tiltyard.contestants.demo.prepared import Quality, prepared_for
from tiltyard.contestants.demo.unprepared import language_of, unprepared_answer
from tiltyard.contestants.demo.voices import VOICES


@dataclass(frozen=True, slots=True)
class Performance:
    """What a demo contestant says to a prompt.

    Attributes
    ----------
    answer
        The whole answer, Markdown.
    thought
        What it thinks first; empty for all but thinkers.
    grade
        How much a careful reader likes the answer, between 0 and 1.
    """

    answer: str
    thought: str
    grade: float


def perform(contestant: Contestant, prompt: str, seed: int) -> Performance:
    """Decide what a demo contestant says: the same for the same contestant, prompt and seed."""
    voice = VOICES[contestant.model]
    share, variant = _draw(contestant.model, prompt, seed)
    quality = voice.quality(share)
    text, language, thought = _prepared_or_not(prompt, quality)
    answer = voice.habit(text, quality, phrases()[language], variant)
    grade = min(max(quality.grade + voice.charm, 0.0), 1.0)
    return Performance(answer, thought if voice.thinks else "", grade)


def plain_answer(contestant: Contestant, prompt: str, seed: int) -> str:
    """Return the whole answer at once, the very text that the contestant would stream."""
    return perform(contestant, prompt, seed).answer


def answer_grade(contestant: Contestant, prompt: str, seed: int) -> float:
    """Return how much a careful reader likes that answer, between 0 and 1."""
    return perform(contestant, prompt, seed).grade


def demo_quality(contestant: Contestant) -> float:
    """Return the contestant's latent strength: the grade of its answers on average."""
    return VOICES[contestant.model].expected_grade


def _prepared_or_not(prompt: str, quality: Quality) -> tuple[str, str, str]:
    """Return text, language and thought."""
    prepared = prepared_for(prompt)
    if prepared is not None:
        return prepared.answers[quality], prepared.prompt.language, prepared.thought
    language = language_of(prompt)
    return unprepared_answer(prompt, quality, phrases()[language]), language, ""


def _draw(model: str, prompt: str, seed: int) -> tuple[float, int]:
    """Return an even number in [0, 1) and a variant, from a digest of what is given."""
    digest = hashlib.sha256(f"{model}\0{' '.join(prompt.split())}\0{seed}".encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48, digest[6]
