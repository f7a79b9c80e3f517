"""Compare ways to treat ties by how well they predict votes that they have not seen."""

from collections.abc import Sequence

from tiltyard.battles.pair_table import PairTable
from tiltyard.battles.table import Battles
from tiltyard.boards.errors import RecipeError
from tiltyard.ratings.held_out import ESTIMATORS, Comparison, held_out_log_loss


def compare_models(
    battles: Battles | PairTable,
    ties: Sequence[str] = tuple(ESTIMATORS),
    *,
    folds: int = 5,
    seed: int = 0,
) -> Comparison:
    """Score ways to treat ties on held-out votes, all on the same scale.

    Each is fitted to all votes but one fold's and predicts that fold: every vote's outcome, one of
    four, with what the way says nothing about completed from shares of the training votes (see
    :mod:`tiltyard.ratings.held_out`). Votes count as one each, whatever their weights.

    Parameters
    ----------
    battles
        The votes, or their counts by pair.
    ties
        Any of `half`, `drop`, `rao-kupper`, `davidson`, `four-outcomes`.
    folds
        Into how many parts the votes are drawn.
    seed
        The same seed gives the same folds.

    Returns
    -------
    Comparison
        `losses` by name: mean log-loss per vote in nats, its parts, and how far from the best.

    Raises
    ------
    RecipeError
        When there is no such way.
    HeldOutError
        When the votes are too few to be split.
    NotEstimableError
        When a model of ties has no estimate, as `four-outcomes` without both-bad votes.
    """
    unknown = [name for name in ties if name not in ESTIMATORS]
    if unknown:
        raise RecipeError(
            f"{unknown[0]} is not a way to treat ties; there are {', '.join(ESTIMATORS)}."
        )
    pairs = battles.pairs if isinstance(battles, Battles) else battles
    chosen = {name: ESTIMATORS[name] for name in ties}
    return held_out_log_loss(pairs.votes, chosen, folds=folds, seed=seed)
