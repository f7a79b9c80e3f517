"""What the votes say so far, as far as drawing needs it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

import numpy as np
import numpy.typing as npt

from tiltyard.battles.outcome import Outcome
from tiltyard.ratings.estimable import MOST_MODELS
from tiltyard.ratings.pair_counts import Floats, PairCounts
from tiltyard.ratings.rateable import RateableFit, fit_rateable

CODES = {outcome: code for code, outcome in enumerate(Outcome)}

Row = tuple[str, str, str, int]
"""A contestant on side a, one on side b, an outcome, and how many votes said so."""


@dataclass(frozen=True, slots=True, eq=False)
class Standings:
    """Votes by pair, and the ratings they give. Never changed: newer votes make a new one.

    Attributes
    ----------
    number
        Which model of `counts` a contestant's id is.
    counts
        All votes by pair.
    votes
        How many votes each contestant has.
    ratings
        Strengths in nats, of those that can be rated.
    """

    number: Mapping[str, int]
    counts: PairCounts
    votes: Mapping[str, int]
    ratings: Mapping[str, float]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Self:
        """Count and rate votes."""
        table = list(rows)
        names = sorted({name for row in table for name in row[:2]})
        number = {name: code for code, name in enumerate(names)}
        counts = PairCounts.from_votes(
            [number[row[0]] for row in table],
            [number[row[1]] for row in table],
            [CODES[Outcome(row[2])] for row in table],
            [float(row[3]) for row in table],
            models=len(names),
        )
        return cls.counted(number, counts)

    @classmethod
    def counted(cls, number: Mapping[str, int], counts: PairCounts) -> Self:
        """Rate votes that are counted already."""
        can_be_rated = 0 < counts.models <= MOST_MODELS
        return cls.rated(number, counts, fit_rateable(counts) if can_be_rated else None)

    @classmethod
    def rated(
        cls, number: Mapping[str, int], counts: PairCounts, rated: RateableFit | None
    ) -> Self:
        """Put counts together with the fit that somebody has made of them."""
        names = list(number)
        of_each = counts.per_model(counts.totals, counts.totals)
        votes = {name: int(of_each[code]) for name, code in number.items()}
        ratings: dict[str, float] = {}
        if rated is not None and rated.fit is not None:
            strengths = rated.fit.strengths.tolist()
            members = rated.members.tolist()
            ratings = {names[m]: s for m, s in zip(members, strengths, strict=True)}
        return cls(MappingProxyType(dict(number)), counts, votes, ratings)

    @property
    def total(self) -> int:
        """How many votes there are."""
        return round(float(self.counts.totals.sum()))

    def numbers(self, ids: Iterable[str]) -> npt.NDArray[np.int64]:
        """Shape (K,). The model of each contestant, -1 for those without votes."""
        return np.array([self.number.get(id_, -1) for id_ in ids], np.int64)

    def between(self, ids: Iterable[str]) -> tuple[Floats, Floats, Floats]:
        """Shapes (K, K). Votes between each two, the row's points in them, and squared points.

        A win is one point, a tie half a point.
        """
        codes = self.numbers(ids)
        place = np.full(self.counts.models + 1, -1, np.int64)
        place[codes] = np.arange(codes.size)
        place[-1] = -1
        first, second = place[self.counts.first], place[self.counts.second]
        rows = np.flatnonzero((first >= 0) & (second >= 0))
        ties = 0.5 * (self.counts.ties + self.counts.both_bad)
        votes, points, squares = (np.zeros((codes.size, codes.size)) for _ in range(3))
        for one, other, wins in (
            (first[rows], second[rows], self.counts.first_wins[rows]),
            (second[rows], first[rows], self.counts.second_wins[rows]),
        ):
            votes[one, other] = self.counts.totals[rows]
            points[one, other] = wins + ties[rows]
            squares[one, other] = wins + 0.5 * ties[rows]
        return votes, points, squares


NO_VOTES = Standings.of([])
"""Where every arena begins."""
