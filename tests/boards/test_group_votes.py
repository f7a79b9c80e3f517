"""Votes that a group's board is made of: no one member's can be told from them."""

from datetime import UTC, datetime, timedelta

import polars as pl

from tiltyard.battles.table import Battles
from tiltyard.boards.group_votes import GroupVotes, votes_of_group
from tiltyard.ledger.memberships import Member

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MODELS = ["auk", "dove", "gull"]
Vote = dict[str, str | datetime]


def vote(voter: str, at: datetime, settled_at: datetime | None = None, b: str = "dove") -> Vote:
    """A vote for the auk, settled at once unless it is said when."""
    settled = {"voted_at": at, "settled_at": settled_at or at}
    return {"model_a": "auk", "model_b": b, "winner": "a", "voter": voter, **settled}


def group_of(left: str = "", /, **cast: int) -> GroupVotes:
    """The votes of members who cast this many each, one a minute until noon; some of them left."""
    rows = [
        vote(member, NOON - timedelta(minutes=number + 1))
        for member, votes in cast.items()
        for number in range(votes)
    ]
    members = [Member(one, NOON - timedelta(days=1), one in left) for one in cast]
    return votes_of_group(Battles.from_frame(pl.DataFrame(rows)), members, MODELS, NOON)


def voters(found: GroupVotes) -> dict[str, int]:
    frame = found.votes.frame.group_by(pl.col("voter").cast(pl.String)).len()
    return dict(frame.iter_rows())


def test_members_who_did_not_vote_make_no_board() -> None:
    found = group_of(ann=500, bob=1, cid=1, dan=1, eve=0, fay=0)
    assert (found.voters, voters(found)) == (4, {})


def test_nobody_is_most_of_a_board() -> None:
    found = group_of(ann=500, bob=9, cid=3, dan=2, eve=2)
    assert voters(found) == {"ann": 4, "bob": 4, "cid": 3, "dan": 2, "eve": 2}
    newest = found.votes.frame.filter(pl.col("voter") == "ann")["voted_at"].min()
    assert newest == NOON - timedelta(minutes=4)


def test_those_who_joined_later_come_by_fives() -> None:
    nine = dict.fromkeys("abcdefghi", 3)
    assert set(voters(group_of(**nine))) == set("abcde")
    assert set(voters(group_of(**nine, j=3))) == set("abcdefghij")


def test_who_leaves_and_comes_back_learns_nothing_about_the_sixth() -> None:
    six = dict.fromkeys("abcdef", 3)
    assert set(voters(group_of(**six))) == set("abcde")
    assert voters(group_of("a", **six)) == {}
    assert set(voters(group_of(**six))) == set("abcde")


def test_who_leaves_takes_four_others_along_and_no_more() -> None:
    assert set(voters(group_of("c", **dict.fromkeys("abcdefghij", 3)))) == set("fghij")


def test_who_votes_late_pushes_nobody_out() -> None:
    late = group_of(**dict.fromkeys("bcdef", 3), a=1)
    assert set(voters(late)) == set("bcdef")


def test_who_joined_today_is_not_counted_yet() -> None:
    votes = group_of(**dict.fromkeys("abcde", 3)).votes
    members = [Member(one, NOON - timedelta(days=1)) for one in "abcd"]
    found = votes_of_group(votes, [*members, Member("e", NOON)], MODELS, NOON)
    assert voters(found) == {}


def test_a_vote_of_long_ago_that_is_settled_later_changes_no_five() -> None:
    members = [Member(one, NOON - timedelta(days=9)) for one in "abcdef"]
    rows = [vote(one, NOON - timedelta(days=1)) for one in "abcde"]
    rows.append(vote("f", NOON - timedelta(days=2), settled_at=NOON - timedelta(seconds=1)))
    found = votes_of_group(Battles.from_frame(pl.DataFrame(rows)), members, MODELS, NOON)
    assert set(voters(found)) == set("abcde")


def test_votes_that_compare_nothing_do_not_make_voters() -> None:
    rows = [
        vote(voter, at, b=other)
        for voter in "abcde"
        for other, at in (("stranger", NOON - timedelta(hours=1)), ("dove", NOON))
    ]
    members = [Member(one, NOON - timedelta(days=1)) for one in "abcde"]
    found = votes_of_group(Battles.from_frame(pl.DataFrame(rows)), members, MODELS, NOON)
    assert (found.voters, found.votes.frame.height) == (0, 0)
