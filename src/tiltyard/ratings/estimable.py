"""Refuse votes that cannot place all models on one scale."""

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from tiltyard.errors import TiltyardError
from tiltyard.ratings.connectivity import connectivity
from tiltyard.ratings.pair_counts import Indices, PairCounts

MOST_MODELS = 10_000
"""Models that dense K x K matrices can hold, 800 MB each; :mod:`tiltyard.ratings.sparse` has no
limit."""


class NotEstimableError(TiltyardError):
    """The likelihood has no finite, unique maximum; the message gives the indices of the models."""

    status = 422
    title = "These models cannot be rated together"


def refuse_unless_estimable(counts: PairCounts) -> None:
    """Raise when there are too many models for dense matrices, or as `refuse_unless_joined` does.

    Raises
    ------
    NotEstimableError
        Naming the number of models, or those that stand in the way.
    """
    if counts.models > MOST_MODELS:
        raise NotEstimableError(
            f"{counts.models:,} models are too many to rate together: the limit is {MOST_MODELS:,}."
        )
    refuse_unless_joined(counts)


def refuse_unless_joined(counts: PairCounts) -> None:
    """Raise unless a chain of wins or ties leads from every model to every other.

    Raises
    ------
    NotEstimableError
        Naming the models that stand in the way, or when no model has votes.
    """
    found = connectivity(counts)
    if found.rated.size == counts.models > 0:
        return
    named = {
        "undefeated": found.undefeated,
        "winless": found.winless,
        "disconnected": found.disconnected,
    }
    reasons = [f"{kind}: {', '.join(map(str, who))}" for kind, who in named.items() if who.size]
    raise NotEstimableError(
        f"The votes cannot place all {counts.models} models on one scale "
        f"({'; '.join(reasons) or 'no models'}); leave these out or collect votes that link them."
    )


def refuse_silent(models: int, first: Indices, second: Indices) -> None:
    """Raise unless pairs that leave a residual join all models.

    A pair with ties only, fitted as equals, leaves none: the sandwich then reads certainty where
    there is none (see :func:`~tiltyard.ratings.connectivity.held_by_ties`).

    Parameters
    ----------
    models
        Number of models, K.
    first, second
        Shape (P,). The pairs that leave a residual.

    Raises
    ------
    NotEstimableError
        Naming the models outside the largest part that is joined.
    """
    graph = sparse.csr_array((np.ones(first.size), (first, second)), shape=(models, models))
    _, component = csgraph.connected_components(graph, directed=False)
    silent = np.flatnonzero(component != np.bincount(component).argmax())
    if silent.size or first.size == 0:
        who = ", ".join(map(str, silent)) if first.size else "of this table"
        raise NotEstimableError(
            f"Nothing but ties links models {who} to the others, so their ratings have no "
            "interval; leave them out or collect votes that decide."
        )
