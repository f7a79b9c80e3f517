"""Who meets whom, and how likely that was."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from tiltyard.contestants.card import Contestant
from tiltyard.errors import TiltyardError

UNIFORM = "uniform@1"


class NobodyToMeetError(TiltyardError):
    """Fewer than two contestants can be drawn."""

    status: ClassVar[int] = 503
    title: ClassVar[str] = "Not enough contestants"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two contestants on their sides.

    Attributes
    ----------
    probability
        How likely this policy was to draw these two, whichever of them is on which side.
        Each is on side a with probability one half.
    policy
        The policy's name and version.
    """

    a: Contestant
    b: Contestant
    probability: float
    policy: str


def draw_uniform_pair(contestants: Sequence[Contestant], chance: random.Random) -> Pair:
    """Draw two different contestants, every pair equally likely, sides by a fair coin.

    Raises
    ------
    NobodyToMeetError
        When there are fewer than two.
    """
    count = len(contestants)
    if count < 2:  # noqa: PLR2004  # a pair is two
        raise NobodyToMeetError(
            f"A battle needs two public contestants and the catalogue has {count}: "
            "add one to contestants.toml."
        )
    a, b = chance.sample(contestants, 2)
    return Pair(a, b, probability=2 / (count * (count - 1)), policy=UNIFORM)
