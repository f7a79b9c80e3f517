"""What a policy makes every pair of contestants weigh: pure functions of rules and standings."""

from collections.abc import Sequence

import numpy as np

from tiltyard.arena.pairing.apart import is_anonymous, kept_apart
from tiltyard.arena.pairing.rules import Active, Boost, PairingRules, Weights
from tiltyard.arena.pairing.standings import Standings
from tiltyard.contestants.card import Contestant
from tiltyard.ratings.pair_counts import Floats

BELIEVED = 2.0
"""Votes that every pair is taken to have had already, one for each side: the rule for active
sampling has no value for a pair that never met."""


def pair_probabilities(
    rules: PairingRules, cards: Sequence[Contestant], standings: Standings
) -> Floats:
    """Shape (K, K). Symmetric: how likely the two meet, so that both halves together sum to 2.

    All zeros when no two may meet.
    """
    allowed = np.where(kept_apart(rules.never_meet, cards), 0.0, 1.0)
    boosts = _boosts(rules.boost, cards, standings)
    match rules.policy:
        case "uniform":
            return _normalised(allowed * np.outer(boosts, boosts))
        case "weighted":
            weights = contestant_weights(rules.weights or Weights(), cards, standings)
            return _one_then_the_other(weights * boosts, allowed)
        case "active":
            gains = uncertainty_gains(cards, standings) * np.outer(boosts, boosts)
            floor = (rules.active or Active()).floor
            return floor * _normalised(allowed) + (1 - floor) * _normalised(allowed * gains)


def contestant_weights(
    weights: Weights, cards: Sequence[Contestant], standings: Standings
) -> Floats:
    """Shape (K,). Chatbot Arena's published weights, with each number the operator's.

    Places are those of the candidates with a rating and without an alias: previews stand on no
    public board, and what they do there must not be readable from the others' weights.
    """
    rated = [
        (-standings.ratings[card.id], card.id, number)
        for number, card in enumerate(cards)
        if card.id in standings.ratings and not is_anonymous(card)
    ]
    order = [number for _, _, number in sorted(rated)]
    votes = np.array([standings.votes.get(card.id, 0) for card in cards])
    of_each = np.full(len(cards), weights.otherwise)
    of_each[order[: weights.top_places]] = weights.top
    of_each[votes < weights.new_until_votes] = weights.new
    best = {cards[number].organisation: number for number in reversed(order)}
    leaders = list(best.values())
    of_each[leaders] = np.maximum(of_each[leaders], weights.best_of_organisation)
    return of_each


def uncertainty_gains(cards: Sequence[Contestant], standings: Standings) -> Floats:
    """Shape (K, K). How much one more vote narrows what is known of each pair.

    sqrt(S / n) - sqrt(S / (n + 1)) with S the variance of the pair's outcomes and n its votes
    (Chiang et al. 2024, "Chatbot Arena", equation 9), after `BELIEVED` votes more.
    """
    votes, points, squares = standings.between([card.id for card in cards])
    count = votes + BELIEVED
    mean = (points + 0.5 * BELIEVED) / count
    variance = np.maximum((squares + 0.5 * BELIEVED) / count - mean**2, 0.0)
    gains: Floats = np.sqrt(variance) * (1 / np.sqrt(count) - 1 / np.sqrt(count + 1))
    return 0.5 * (gains + gains.T)


def _boosts(boost: Boost | None, cards: Sequence[Contestant], standings: Standings) -> Floats:
    if boost is None:
        return np.ones(len(cards))
    listed = set(boost.contestants)
    boosted = [
        card.id in listed or standings.votes.get(card.id, 0) < boost.until_votes for card in cards
    ]
    return np.where(boosted, boost.factor, 1.0)


def _normalised(pairs: Floats) -> Floats:
    total = float(pairs.sum())
    return pairs * (2 / total) if total > 0 else np.zeros_like(pairs)


def _one_then_the_other(weights: Floats, allowed: Floats) -> Floats:
    """Draw one by weight, then a rival by weight among those it may meet; either may be first."""
    rivals = allowed * weights
    reach = rivals.sum(axis=1)
    # Who has no rival cannot be drawn first; the others share its chance by their weights.
    first = np.where(reach > 0, weights, 0.0)
    if first.sum() == 0:
        return np.zeros_like(rivals)
    chance = first / first.sum() / np.where(reach > 0, reach, 1.0)
    ordered = chance[:, None] * rivals
    both: Floats = ordered + ordered.T
    return both
