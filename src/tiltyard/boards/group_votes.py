"""What several people like together, so that nobody can tell what one of them likes."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import polars as pl

from tiltyard.battles.table import Battles
from tiltyard.ledger.memberships import Member

LEAST_VOTERS = 5
"""With fewer who voted there is no board: one member could tell what another likes."""
MOST_OF_FIFTH = 2
"""Nobody counts for more than this many times the votes of the fifth: a third of all at most."""


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
    votes: Battles, members: Sequence[Member], models: Sequence[str], until: datetime
) -> GroupVotes:
    """Choose votes of a group's members that tell nothing about one of them.

    Members count by fives, in the order in which they had both joined and voted. Fives are for
    good: whoever comes to a board comes with four others, and whoever leaves takes these along, so
    that no two boards differ by one person. Of each only the newest votes count, as many as keep
    anybody from being most of the board.

    Parameters
    ----------
    votes
        Of all who ever were members, with `settled_at`: what is settled later counts later, or a
        vote of long ago would come in between and change the fives.
    members
        All who ever were.
    models
        Those that everybody's board rates; votes on others do not count.
    until
        What is settled later does not count yet: who looks before and after must not see it.
    """
    past = votes.frame.filter(pl.col("settled_at") < until)
    both = [pl.col(side).cast(pl.String) for side in ("model_a", "model_b")]
    compared = both[0].is_in(models) & both[1].is_in(models) & (both[0] != both[1])
    frame = past.filter(compared)
    cast = dict(frame.select(pl.col("voter").cast(pl.String).value_counts()).unnest("voter").rows())
    voted = {member.voter for member in members if not member.left and member.voter in cast}
    fives = _fives(past, members, until)
    counted = [voter for five in fives if voted.issuperset(five) for voter in five]
    if not counted:
        return GroupVotes(Battles(frame.clear()), len(voted))
    fifth = sorted((cast[member] for member in counted), reverse=True)[LEAST_VOTERS - 1]
    newest = pl.col("voted_at").rank("ordinal", descending=True).over("voter")
    theirs = frame.filter(pl.col("voter").cast(pl.String).is_in(counted))
    return GroupVotes(Battles(theirs.filter(newest <= MOST_OF_FIFTH * fifth)), len(voted))


def _fives(
    past: pl.DataFrame, members: Sequence[Member], until: datetime
) -> Sequence[Sequence[str]]:
    """Put all who ever joined and voted into fives; who comes later changes none of them."""
    voter, first = pl.col("voter").cast(pl.String), pl.col("settled_at").min()
    began = dict(past.group_by(voter).agg(first).iter_rows())
    order = sorted(
        (max(one.joined_at, began[one.voter]), one.voter)
        for one in members
        if one.voter in began and one.joined_at < until
    )
    whole = len(order) // LEAST_VOTERS * LEAST_VOTERS
    return [
        [voter for _, voter in order[start : start + LEAST_VOTERS]]
        for start in range(0, whole, LEAST_VOTERS)
    ]
