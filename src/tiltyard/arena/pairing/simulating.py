"""Try a policy on votes from a known truth: how many it needs, and whom it shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtri

from tiltyard.arena.pairing.draw_table import DrawTable
from tiltyard.arena.pairing.measuring import GOALS, PLACES, Goal, State, reached
from tiltyard.arena.pairing.rules import PairingRules
from tiltyard.arena.pairing.service import enough
from tiltyard.arena.pairing.standings import Standings
from tiltyard.contestants.card import Contestant
from tiltyard.ratings.pair_counts import Floats, Indices, PairCounts
from tiltyard.ratings.rateable import fit_rateable

SPREAD = 0.55
"""Standard deviation of the true strengths in nats: about 450 points between 100 models."""
MODELS_OF_ONE = 3
"""How many models an organisation has."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is simulated.

    Attributes
    ----------
    models
        How many there are at the end. The first is the best.
    votes
        How many are cast.
    newcomers
        How many of the models join after half of the votes, spread over the ranking.
    places
        How many ranks the top ten's intervals may leave open, on average, to be resolved.
    seed
        The same seed gives the same course.
    """

    models: int = 20
    votes: int = 60_000
    newcomers: int = 2
    places: float = PLACES
    seed: int = 0

    @property
    def late(self) -> list[int]:
        """Which models join late, the best being 0."""
        return [
            int((number + 0.5) * self.models / self.newcomers) for number in range(self.newcomers)
        ]

    @property
    def joining(self) -> int:
        """After how many votes they join."""
        return self.votes // 2 if self.newcomers else 0


@dataclass(frozen=True, slots=True)
class Course:
    """What came of a policy.

    Attributes
    ----------
    policy
        Its id.
    votes_to
        Votes until each goal was first reached, None where it never was. Those of the
        newcomers are counted from their joining.
    exposure
        Each model's share of all sides, the best model first; together 1.
    """

    policy: str
    votes_to: Mapping[Goal, int | None]
    exposure: Mapping[str, float]


def truth(models: int) -> Floats:
    """Shape (K,). True strengths in nats, the quantiles of a normal distribution, best first."""
    strengths: Floats = SPREAD * ndtri(1 - (np.arange(models) + 0.5) / models)
    return strengths


def entrants(models: int) -> list[Contestant]:
    """Make the contestants of a simulation, best first."""
    return [
        Contestant(
            id=f"model-{number + 1:03}",
            name=f"Model {number + 1}",
            organisation=f"Organisation {number // MODELS_OF_ONE + 1}",
            licence="none",
            adapter="demo",
            model="wren",
        )
        for number in range(models)
    ]


def simulate(
    rules: PairingRules, plan: Plan, *, tell: Callable[[int], None] = lambda _: None
) -> Course:
    """Let simulated people vote on pairs drawn by a policy, and watch its goals.

    A vote between models i and j is won by i with probability 1 / (1 + exp(theta_j - theta_i)).
    Standings are made anew as often as in a running arena.

    Parameters
    ----------
    rules, plan
        What is tried on what.
    tell
        Called with the number of votes cast so far.

    Raises
    ------
    NobodyToMeetError
        When the policy cannot draw two of the models.
    """
    field = _Field(plan)
    votes_to: dict[Goal, int | None] = dict.fromkeys(GOALS)
    cast = 0
    while cast < plan.votes:
        present = field.present(joined=cast >= plan.joining)
        state = field.state(present)
        for goal in reached(state, plan.places):
            if votes_to[goal] is None:
                votes_to[goal] = cast - plan.joining if goal == "newcomers" else cast
        standings = Standings.rated(field.number, state.counts, state.rated)
        table = DrawTable(rules, [field.cards[at] for at in present], standings)
        end = min(cast + enough(cast, plan.models), plan.votes)
        field.vote(table, present, end - cast)
        cast = end
        tell(cast)
    return Course(rules.policy_id, votes_to, field.exposure())


class _Field:
    """The models of a simulation, their truth, and the votes on them."""

    def __init__(self, plan: Plan) -> None:
        self.cards = entrants(plan.models)
        self.number = {card.id: at for at, card in enumerate(self.cards)}
        self._strengths = truth(plan.models)
        self._wins: Floats = np.zeros((plan.models, plan.models))
        self._late = np.array(plan.late, np.int64)
        self._chance = np.random.default_rng(plan.seed)

    def present(self, *, joined: bool) -> Indices:
        """Say who can be drawn."""
        everybody = np.arange(len(self.cards))
        return everybody if joined else np.setdiff1d(everybody, self._late)

    def vote(self, table: DrawTable, present: Indices, votes: int) -> None:
        """Draw pairs and let people choose."""
        rows = table.rows_at(self._chance.random(votes))
        first, second = present[table.first[rows]], present[table.second[rows]]
        gap = self._strengths[first] - self._strengths[second]
        won = self._chance.random(votes) < expit(gap)
        ends = np.where(won, first, second), np.where(won, second, first)
        np.add.at(self._wins, ends, 1)

    def state(self, present: Indices) -> State:
        """Count and fit the votes so far."""
        first, second = np.nonzero(np.triu(self._wins + self._wins.T, 1))
        none = np.zeros(first.size)
        wins, losses = self._wins[first, second], self._wins[second, first]
        counts = PairCounts(len(self.cards), first, second, wins, losses, none, none)
        late = np.intersect1d(self._late, present)
        return State(counts, fit_rateable(counts), present, late)

    def exposure(self) -> dict[str, float]:
        """Share out the sides."""
        sides = (self._wins + self._wins.T).sum(axis=1)
        return dict(zip(self.number, (sides / sides.sum()).tolist(), strict=True))
