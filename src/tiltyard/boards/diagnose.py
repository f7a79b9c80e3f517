"""Say in words what a board could not estimate, and what it left out."""

from collections.abc import Iterator, Mapping

import numpy as np

from tiltyard.battles.notes import counted
from tiltyard.battles.pair_table import PairTable
from tiltyard.boards.fitting.fitting import Fitted
from tiltyard.boards.records import Diagnostic
from tiltyard.boards.wording import listed
from tiltyard.ratings.rateable import Reason

SHOWN = 12
ENOUGH_CLUSTERS = 40
"""From about here on cluster-robust intervals cover what they say (Cameron & Miller 2015)."""

BESIDE_RATED: Mapping[Reason, str] = {
    "undefeated": "never lost to or tied with a rated model, directly or through others, "
    "so no finite rating is high enough",
    "winless": "never beat or tied with a rated model, directly or through others, "
    "so no finite rating is low enough",
    "disconnected": "no chain of wins or ties links these models with the rated ones, "
    "so they cannot be compared",
    "only_ties": "only ties link these models with the rated ones, "
    "and ties counted as halves do not tell how uncertain a rating is",
}

WEIGHTLESS = "all their votes weigh 0, so nothing is known of them"

NONE_RATED: Mapping[Reason, str] = {
    "undefeated": "won every vote, so no finite rating is high enough",
    "winless": "lost every vote, so no finite rating is low enough",
    "disconnected": "no chain of wins or ties leads from these models to others and back",
    "only_ties": "every vote that links these models is a tie, "
    "and ties counted as halves do not tell how uncertain a rating is",
}


def diagnose(pairs: PairTable, result: Fitted) -> tuple[Diagnostic, ...]:
    """List what readers of the board must know, the gravest first."""
    found = []
    if not pairs.names:
        found.append(Diagnostic("no_votes", "There are no votes to rank.", ()))
    elif result.log_likelihood is None:
        found.append(
            Diagnostic("nothing_rated", f"No model can be rated: {_why(pairs)}.", pairs.names)
        )
    found += _left_out(pairs, result)
    found += _uncertain(pairs.names, result)
    if pairs.self_battles:
        names, lost = tuple(pairs.self_battles), sum(pairs.self_battles.values())
        message = (
            f"{listed(names, SHOWN)}: {counted(lost, 'vote')} of a model against itself left out."
        )
        found.append(Diagnostic("self_battle", message, names))
    return tuple(found)


def _why(pairs: PairTable) -> str:
    if pairs.votes.totals.any() and not pairs.weights.totals.any():
        return "every vote weighs 0"
    return (
        "collect votes until some models have both won and lost against each other, "
        "directly or through others"
    )


def _left_out(pairs: PairTable, result: Fitted) -> Iterator[Diagnostic]:
    """Say why models have no rating; those with nothing but votes of weight 0 apart."""
    sentences = NONE_RATED if result.log_likelihood is None else BESIDE_RATED
    votes, weights = (
        table.per_model(table.totals, table.totals) for table in (pairs.votes, pairs.weights)
    )
    weightless = (votes > 0) & (weights == 0)
    reasons = {why: who[~weightless[who]] for why, who in result.left_out.items()}
    said = [("weightless", np.flatnonzero(weightless), WEIGHTLESS)]
    said += [(why, who, sentences[why]) for why, who in reasons.items()]
    for kind, who, sentence in said:
        if who.size:
            names = tuple(pairs.names[index] for index in who.tolist())
            yield Diagnostic(kind, f"{listed(names, SHOWN)}: {sentence}.", names)


def _uncertain(names: tuple[str, ...], result: Fitted) -> Iterator[Diagnostic]:
    """Say whose uncertainty is not known, or less well than it looks."""
    if result.draws is not None and result.covered.size < result.members.size:
        apart = np.delete(result.members, result.covered)
        endless = ~np.isfinite(np.delete(result.draws, result.covered, axis=1))
        models = tuple(names[model] for model in apart.tolist())
        message = (
            f"{listed(models, SHOWN)}: won or lost everything in {endless.any(axis=1).sum():,} of "
            f"{len(endless):,} bootstrap rounds, so the bounds hold but there is no standard error."
        )
        yield Diagnostic("endless_rounds", message, models)
    elif result.covered.size < result.members.size:
        message = (
            f"{result.covered.size:,} of {result.members.size:,} rated models have an interval, "
            "and nobody has a rank: with so many models, name those that need one."
        )
        yield Diagnostic("few_intervals", message, ())
    for column, number in result.clusters.items():
        if number < ENOUGH_CLUSTERS:
            message = (
                f"The votes fall into {number} clusters by {column}: intervals from fewer than "
                f"{ENOUGH_CLUSTERS} are too short."
            )
            yield Diagnostic("few_clusters", message, ())
