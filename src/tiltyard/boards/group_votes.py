"""What several people like together, so that nobody can tell what one of them likes."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import polars as pl

from tiltyard.battles.table import Battles

LEAST_VOTERS = 5
"""With fewer who voted there is no board: one member could tell what another likes."""
MOST_OF_FIFTH = 2
"""Nobody counts for more than so many times the votes of the fifth: a third of all at most."""


class GroupVotes(NamedTuple):
    """The votes that a group's board is made of.

    Attributes
    ----------
    votes
        None of them where too few members have voted.
    voters
        How many members have votes that could count.
    """

    votes: Battles
    voters: int


def votes_of_group(
    votes: Battles, members: Sequence[str], models: Sequence[str], until: datetime
) -> GroupVotes:
    """Choose votes of a group's members that tell nothing about one of them.

    Members who voted count by fives: who comes to a board comes with at least four others. Of each
    only the newest votes count, as many as keep anybody from being most of the board.

    Parameters
    ----------
    votes
        The members'.
    members
        In the order in which they joined.
    models
        Those that everybody's board rates; votes on others do not count.
    until
        Later votes do not count yet: who looks before and after one must not see it.
    """
    both = [pl.col(side).cast(pl.String) for side in ("model_a", "model_b")]
    compared = both[0].is_in(models) & both[1].is_in(models) & (both[0] != both[1])
    frame = votes.frame.filter(compared, pl.col("voted_at") < until)
    cast = dict(frame.select(pl.col("voter").cast(pl.String).value_counts()).unnest("voter").rows())
    voted = [member for member in members if member in cast]
    counted = voted[: len(voted) // LEAST_VOTERS * LEAST_VOTERS]
    if not counted:
        return GroupVotes(Battles(frame.clear()), len(voted))
    fifth = sorted((cast[member] for member in counted), reverse=True)[LEAST_VOTERS - 1]
    newest = pl.col("voted_at").rank("ordinal", descending=True).over("voter")
    theirs = frame.filter(pl.col("voter").cast(pl.String).is_in(counted))
    return GroupVotes(Battles(theirs.filter(newest <= MOST_OF_FIFTH * fifth)), len(voted))
