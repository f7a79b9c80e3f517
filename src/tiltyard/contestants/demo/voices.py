"""The eight demo contestants: how good each is, how it speaks, and how fast."""

from dataclasses import dataclass

from tiltyard.contestants.demo import habits
from tiltyard.contestants.demo.prepared import Quality


@dataclass(frozen=True, slots=True)
class Voice:
    """One demo contestant.

    Attributes
    ----------
    name
        Its display name, without the word demo.
    chances
        How often it gives an answer of each quality, in the order of `Quality`; they sum to 1.
    habit
        How it says things.
    charm
        What its habit adds to the grade of an answer, or takes from it.
    wait
        Seconds until the first piece.
    speed
        Characters a second.
    stride
        Characters in a piece, on average.
    price
        US dollars per million tokens that it reads; four times that for what it writes. Nobody
        pays: it is an example, as its answers are.
    thinks
        Whether it sends its reasoning before the answer.
    """

    name: str
    chances: tuple[float, float, float, float]
    habit: habits.Habit
    charm: float
    wait: float
    speed: float
    stride: int
    price: float
    thinks: bool = False

    def quality(self, share: float) -> Quality:
        """Return the quality of the answer for a number drawn evenly from 0 to 1."""
        for quality, chance in zip(Quality, self.chances, strict=True):
            share -= chance
            if share < 0:
                return quality
        return Quality.WRONG

    @property
    def expected_grade(self) -> float:
        """The grade of its answers on average, between 0 and 1: its latent strength."""
        mean = sum(
            quality.grade * chance for quality, chance in zip(Quality, self.chances, strict=True)
        )
        return mean + self.charm


VOICES = {
    "heron": Voice(
        "Heron", (0.70, 0.20, 0.07, 0.03), habits.calibrated, 0.04, 0.05, 260, 14, 2.5, thinks=True
    ),
    "wren": Voice("Wren", (0.10, 0.80, 0.07, 0.03), habits.plain, 0.06, 0.15, 420, 9, 0.6),
    "owl": Voice("Owl", (0.60, 0.20, 0.10, 0.10), habits.lecturing, -0.04, 0.60, 520, 30, 3.0),
    "robin": Voice("Robin", (0.35, 0.30, 0.25, 0.10), habits.friendly, 0.05, 0.25, 300, 6, 0.8),
    "peacock": Voice("Peacock", (0.35, 0.20, 0.30, 0.15), habits.showy, -0.05, 0.35, 380, 22, 1.2),
    "swift": Voice("Swift", (0.00, 0.35, 0.50, 0.15), habits.telegraphic, 0.0, 0.03, 1400, 60, 0.1),
    "magpie": Voice(
        "Magpie", (0.05, 0.10, 0.25, 0.60), habits.cocksure, -0.03, 0.10, 700, 18, 0.25
    ),
    "cuckoo": Voice("Cuckoo", (0.00, 0.15, 0.40, 0.45), habits.curt, -0.12, 0.08, 900, 40, 0.15),
}
"""Every demo contestant, by the `model` of its card."""
