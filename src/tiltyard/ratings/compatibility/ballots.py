"""Votes as both tools see them: ordered sides, and 1, 1/2 or 0 points for the first."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from tiltyard.ratings.pair_counts import CountsError, Floats, Indices
from tiltyard.ratings.votes import Votes


@dataclass(frozen=True, slots=True, eq=False)
class Ballots:
    """Votes, or distinct votes with how often each occurred.

    Parameters
    ----------
    members
        Shape (M,). The models that have votes; the others do not exist for these tools.
    first, second
        Shape (N,). Positions in `members` of side a and side b.
    points
        Shape (N,). 1, 1/2 or 0 for side a.
    count
        Shape (N,). How often.
    """

    members: Indices
    first: Indices
    second: Indices
    points: Floats
    count: Floats

    @classmethod
    def of(cls, votes: Votes, *, by_appearance: bool) -> Self:
        """Take votes, and number the models that have some.

        Parameters
        ----------
        votes
            All of weight one: these tools know no other.
        by_appearance
            Number the models as they first appear, down side a and then side b; else by index.

        Raises
        ------
        CountsError
            When there are no votes, or one has another weight than one.
        """
        if len(votes) == 0 or (votes.weight != 1).any():
            raise CountsError("Compatibility modes need votes, and all of weight one.")
        both = np.concatenate([votes.first, votes.second])
        place = np.full(votes.models, both.size)
        place[both[::-1]] = np.arange(both.size)[::-1]
        members = np.flatnonzero(place < both.size)
        if by_appearance:
            members = members[np.argsort(place[members])]
        number = np.full(votes.models, -1)
        number[members] = np.arange(members.size)
        once = np.ones(len(votes))
        return cls(members, number[votes.first], number[votes.second], votes.points, once)

    def rows(self, chosen: Indices) -> Self:
        """Return the votes at these rows, which may repeat."""
        return type(self)(
            self.members,
            self.first[chosen],
            self.second[chosen],
            self.points[chosen],
            self.count[chosen],
        )

    def distinct(self) -> Self:
        """Group equal votes, ordered by side a, side b and points."""
        models = self.members.size
        key = (self.first * models + self.second) * 3 + (2 * self.points).astype(np.int64)
        kept, count = np.unique(key, return_counts=True)
        pair = kept // 3
        points = (kept % 3) / 2.0
        often = count.astype(np.float64)
        return type(self)(self.members, pair // models, pair % models, points, often)

    def pair_balance(self, least: int = 50) -> Floats:
        """Shape (N,). 1 / max(votes on the pair, `least`) for each row, whoever was on the left."""
        low, high = np.minimum(self.first, self.second), np.maximum(self.first, self.second)
        _, row = np.unique(low * self.members.size + high, return_inverse=True)
        balance: Floats = 1.0 / np.maximum(np.bincount(row, self.count), least)[row]
        return balance

    def per_model(self, forward: Floats) -> Floats:
        """Shape (M,). Sum of `forward` over the votes of each model as side a, less as side b."""
        models = self.members.size
        sums = np.bincount(self.first, forward, models) - np.bincount(self.second, forward, models)
        return sums.astype(np.float64, copy=False)

    def laplacian(self, weight: Floats) -> Floats:
        """Shape (M, M). Sum over the votes of `weight` (e_a - e_b)(e_a - e_b)'."""
        models = self.members.size
        cells = np.bincount(self.first * models + self.second, weight, models * models)
        met = cells.astype(np.float64, copy=False).reshape(models, models)
        met = met + met.T
        matrix: Floats = np.diag(met.sum(axis=1)) - met
        return matrix
