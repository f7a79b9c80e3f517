"""Groups: voters who look at what they like together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar

from tiltyard.battles.notes import counted
from tiltyard.battles.table import Battles
from tiltyard.boards.board import Board
from tiltyard.boards.group_votes import LEAST_VOTERS, GroupVotes, votes_of_group
from tiltyard.boards.own_boards import OwnAnswer, board_of_voters
from tiltyard.boards.published.boards import PublishedBoards
from tiltyard.errors import TiltyardError
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.memberships import Member, groups_of, join_group, leave_group, members_of

NAME = re.compile(r"[a-z0-9][a-z0-9-]{5,39}")
LEAST_MEMBERS = LEAST_VOTERS
MOST_GROUPS = 20


class GroupError(TiltyardError):
    """A group that cannot be joined."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "This group cannot be joined"


class UnknownGroupError(TiltyardError):
    """A group that the voter is not in, whether it is there or not."""

    status: ClassVar[int] = 404
    title: ClassVar[str] = "Not your group"


class TooFewMembersError(TiltyardError):
    """A group so small that its board would tell what one member likes."""

    status: ClassVar[int] = 409
    title: ClassVar[str] = "Too few members"


@dataclass(frozen=True, slots=True)
class Group:
    """A group that a voter is in."""

    name: str
    members: int

    @property
    def enough(self) -> bool:
        """Whether it is large enough for a board."""
        return self.members >= LEAST_MEMBERS


async def my_groups(ledger: Ledger, voter: str) -> Sequence[Group]:
    """List the groups that a voter is in."""
    async with ledger.reading() as connection:
        return [Group(name, members) for name, members in await groups_of(connection, voter)]


async def join(ledger: Ledger, name: str, voter: str) -> None:
    """Join a group, which is there as soon as somebody joins it.

    Raises
    ------
    GroupError
        When the name is none, or the voter is in many groups already.
    """
    if not NAME.fullmatch(name):
        raise GroupError(
            "A group's name has 6 to 40 of a-z, 0-9 and -. Whoever knows it can join: "
            "choose one that is hard to guess."
        )
    joined = await my_groups(ledger, voter)
    if len(joined) >= MOST_GROUPS and name not in {group.name for group in joined}:
        raise GroupError(f"You are in {MOST_GROUPS} groups: leave one of them first.")
    async with ledger.writing() as connection:
        await join_group(connection, name, voter, datetime.now(UTC))


async def leave(ledger: Ledger, name: str, voter: str) -> None:
    """Leave a group; of one that the voter is not in, nothing changes."""
    if not NAME.fullmatch(name):
        return
    async with ledger.writing() as connection:
        await leave_group(connection, name, voter, datetime.now(UTC))


async def group_board(
    ledger: Ledger, boards: PublishedBoards, arena: str, name: str, voter: str
) -> OwnAnswer:
    """Make the board of a group that the voter is in: its members' votes as one person's.

    It changes once a day, at midnight UTC.

    Raises
    ------
    UnknownGroupError
        When the voter is not in it.
    TooFewMembersError
        When it has fewer than five members, or fewer than five of them have votes that count.
    """
    ever = await _members(ledger, name, voter)

    def choose(votes: Battles, everybody: Board) -> Battles:
        return _chosen(name, votes_of_group(votes, ever, everybody.covered, last_midnight()))

    voters = [one.voter for one in ever]
    answer = await board_of_voters(ledger, boards, arena, voters, choose)
    return replace(answer, counted=False)


async def _members(ledger: Ledger, name: str, voter: str) -> Sequence[Member]:
    """Read who is in a group and who ever was, for one who is in it, once they are enough."""
    ever: Sequence[Member] = ()
    if NAME.fullmatch(name):
        async with ledger.reading() as connection:
            ever = await members_of(connection, name)
    members = [one.voter for one in ever if not one.left]
    if voter not in members:
        raise UnknownGroupError("You are in no group of this name: join it first.")
    if len(members) < LEAST_MEMBERS:
        raise TooFewMembersError(
            f"{name} has {counted(len(members), 'member')}; from {LEAST_MEMBERS} on it has a "
            "board, so that nobody's own taste can be read from it."
        )
    return ever


def _chosen(name: str, found: GroupVotes) -> Battles:
    """Take a group's votes, once enough of its members have votes that count."""
    if found.voters < LEAST_MEMBERS:
        raise TooFewMembersError(
            f"{found.voters} of the members of {name} have votes settled before today (UTC) that "
            f"count. From {LEAST_MEMBERS} on it has a board, so that nobody's own taste can be "
            "read from it."
        )
    if found.votes.frame.is_empty():
        raise TooFewMembersError(
            f"{name} has no complete group of five yet. Members are counted in fives by joining "
            "date; if one leaves, the other four wait, so that nobody's own taste can be read "
            "from a board."
        )
    return found.votes


def last_midnight() -> datetime:
    """Say when today began (UTC)."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
