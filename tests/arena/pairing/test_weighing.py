import numpy as np
import pytest

from arena.pairing.fields import card, field, voted
from tiltyard.arena.pairing.apart import kept_apart
from tiltyard.arena.pairing.rules import Active, NeverMeet, PairingRules, Weights
from tiltyard.arena.pairing.standings import NO_VOTES, Standings
from tiltyard.arena.pairing.weighing import (
    contestant_weights,
    pair_probabilities,
    uncertainty_gains,
)
from tiltyard.contestants.card import Status


def test_everybody_is_new_before_the_first_vote() -> None:
    assert contestant_weights(Weights(), field(4), NO_VOTES).tolist() == [5, 5, 5, 5]


def test_new_then_top_then_otherwise() -> None:
    cards = field(14)
    so_far = voted(cards, [9_000] * 13 + [40])
    weights = contestant_weights(Weights(otherwise=0.5, best_of_organisation=0), cards, so_far)
    assert weights.tolist() == [3] * 10 + [0.5] * 3 + [5]


def test_the_best_of_each_organisation_is_never_rare() -> None:
    cards = [card("a1", "A"), card("a2", "A"), card("b1", "B"), card("b2", "B")]
    so_far = voted(cards, [9_000] * 4)
    rare = Weights(new_until_votes=0, top_places=0, otherwise=0.1)
    assert contestant_weights(rare, cards, so_far).tolist() == [1, 0.1, 1, 0.1]


def test_an_alias_takes_no_place_from_anybody() -> None:
    cards = [card("a1", "A", alias="Heron"), card("a2", "A"), card("b1", "B")]
    so_far = voted(cards, [9_000] * 3)
    rules = Weights(top_places=1, otherwise=0.1)
    assert contestant_weights(rules, cards, so_far).tolist() == [0.1, 3, 1]


def test_the_gain_is_the_published_formula_after_a_vote_for_each_side() -> None:
    cards = field(2)
    so_far = Standings.of([("m000", "m001", "a", 6), ("m001", "m000", "tie", 2)])
    mean = (6 + 2 * 0.5 + 1) / 10
    variance = (6 + 2 * 0.25 + 1) / 10 - mean**2
    expected = np.sqrt(variance / 10) - np.sqrt(variance / 11)
    gains = uncertainty_gains(cards, so_far)
    assert gains[0, 1] == gains[1, 0] == pytest.approx(expected)


def test_which_side_a_contestant_is_listed_on_does_not_matter() -> None:
    cards = field(6)
    so_far = voted(cards, [100] * 6)
    turned = uncertainty_gains(cards[::-1], so_far)[::-1, ::-1]
    np.testing.assert_allclose(uncertainty_gains(cards, so_far), turned)


def test_active_sampling_prefers_pairs_that_seldom_met_and_keeps_its_floor() -> None:
    cards = field(4)
    rows = [("m000", "m001", "a", 5_000), ("m000", "m001", "b", 5_000), ("m002", "m003", "a", 1)]
    rules = PairingRules(policy="active", active=Active(floor=0.3))
    pairs = pair_probabilities(rules, cards, Standings.of(rows))
    assert pairs[0, 1] < pairs[2, 3] < pairs[0, 2]
    assert pairs[0, 1] >= 0.3 / 6


def test_contestants_that_share_something_are_kept_apart() -> None:
    cards = [
        card("one", "A", family="x"),
        card("two", "B", family="x"),
        card("three", "a"),
        card("four", "D", status=Status.PREVIEW, alias="P"),
        card("five", "E", status=Status.PREVIEW, alias="Q"),
    ]
    apart = kept_apart(NeverMeet(same=("organisation", "family", "preview")), cards)
    met = {(i, j) for i in range(5) for j in range(i) if apart[i, j]}
    assert met == {(1, 0), (2, 0), (4, 3)}


def test_a_listed_group_is_kept_apart_and_strangers_in_it_are_ignored() -> None:
    apart = kept_apart(NeverMeet(groups=(("m000", "m002", "gone"),)), field(3))
    assert apart.tolist() == [[True, False, True], [False, True, False], [True, False, True]]


def test_what_is_never_met_does_not_tell_whose_an_alias_is() -> None:
    cards = [card("one", "A"), card("two", "A", alias="Heron"), card("three", "B")]
    apart = kept_apart(NeverMeet(same=("organisation", "family")), cards)
    assert apart.sum() == 3
