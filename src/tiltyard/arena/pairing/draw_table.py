"""The draw: every pair that can meet with its probability, ready for a uniform number."""

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from tiltyard.arena.pairing.rules import PairingRules
from tiltyard.arena.pairing.standings import Standings
from tiltyard.arena.pairing.weighing import pair_probabilities
from tiltyard.contestants.card import Contestant
from tiltyard.errors import TiltyardError
from tiltyard.ratings.pair_counts import Floats, Indices


class NobodyToMeetError(TiltyardError):
    """No two contestants can be drawn."""

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
        The policy's name, version and digest.
    declared
        The digest of the shares of all candidates at this draw, where they are recorded.
    """

    a: Contestant
    b: Contestant
    probability: float
    policy: str
    declared: str | None = None


class DrawTable:
    """The declared distribution over pairs, of some candidates under some standings.

    Building takes K² steps, drawing the time to find one number among the pairs.

    Parameters
    ----------
    rules
        The policy.
    candidates
        Who may be drawn; the caller has left out who may not.
    standings
        What the votes say.

    Raises
    ------
    NobodyToMeetError
        When there are fewer than two candidates, or no two of them may meet.
    """

    def __init__(
        self, rules: PairingRules, candidates: Sequence[Contestant], standings: Standings
    ) -> None:
        if len(candidates) < 2:  # noqa: PLR2004  # a pair is two
            raise NobodyToMeetError(
                f"A battle needs two contestants and {len(candidates)} can be drawn now: "
                "add one to contestants.toml, or try again when more of them answer."
            )
        self.candidates = tuple(candidates)
        self.policy = rules.policy_id
        pairs = np.triu(pair_probabilities(rules, self.candidates, standings))
        first, second = np.nonzero(pairs)
        if first.size == 0:
            raise NobodyToMeetError(
                f"No two of the {len(candidates)} contestants that can be drawn now may meet: "
                "see never_meet and the weights in the arena's [pairing] section."
            )
        self.first: Indices = first.astype(np.int64)
        self.second: Indices = second.astype(np.int64)
        self.probabilities: Floats = pairs[first, second] / pairs.sum()
        self._below: Floats = np.cumsum(self.probabilities)

    def draw(self, chance: random.Random) -> Pair:
        """Draw two contestants, sides by a fair coin."""
        row = int(self.rows_at(np.array([chance.random()]))[0])
        one, other = self.candidates[self.first[row]], self.candidates[self.second[row]]
        a, b = (one, other) if chance.random() < 0.5 else (other, one)  # noqa: PLR2004  # fair
        return Pair(a, b, float(self.probabilities[row]), self.policy)

    def rows_at(self, uniform: Floats) -> Indices:
        """Shape (N,). The pairs that these numbers from [0, 1) draw, as rows of the table."""
        found = np.searchsorted(self._below, uniform * self._below[-1], "right")
        # All pairs here are possible, so that no rounding at the upper end finds another.
        rows: Indices = np.minimum(found, self._below.size - 1)
        return rows

    @cached_property
    def shares(self) -> Mapping[str, float]:
        """How likely each candidate takes part in a battle, by id; together they are 2."""
        sums = np.bincount(self.first, self.probabilities, len(self.candidates))
        sums = sums + np.bincount(self.second, self.probabilities, len(self.candidates))
        return {card.id: float(sums[at]) for at, card in enumerate(self.candidates)}

    @cached_property
    def digest(self) -> str:
        """A digest of the policy and the shares, in hexadecimal."""
        document = json.dumps([self.policy, self.shares], sort_keys=True)
        return hashlib.sha256(document.encode()).hexdigest()
