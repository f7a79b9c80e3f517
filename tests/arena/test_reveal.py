"""Votes on turns, giving up, and going on after the reveal: what counts and what does not."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import pytest

from opened import ASK, hosted, open_ledger, opened
from tiltyard.arena.choosing import ModeError
from tiltyard.arena.continuing import NobodyElseError
from tiltyard.arena.definition import ArenaDefinition, built_in_definition
from tiltyard.arena.match import BattleState, NotNowError, battle_state, is_blind
from tiltyard.arena.message import conversation
from tiltyard.arena.own import UnknownBattleError
from tiltyard.arena.service import Arena
from tiltyard.arena.voting import Ballot, BallotError
from tiltyard.battles.outcome import Outcome
from tiltyard.contestants.demo import demo_catalogue
from tiltyard.contestants.messages import Part
from tiltyard.ledger.battles_table import read_votes
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.records import Battle
from tiltyard.ledger.settled import OPEN_FOR
from tiltyard.ledger.standings import count_by_pair
from tiltyard.ledger.tables import battles
from tiltyard.ledger.votes import AlreadyVotedError, count_votes

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        yield ledger


def a_vote_on_every_turn(*, turns: int = 10) -> ArenaDefinition:
    text = built_in_definition("text")
    vote = text.vote.model_copy(update={"per": "turn"})
    return text.model_copy(
        update={"vote": vote, "turns": text.turns.model_copy(update={"max": turns})}
    )


async def answered(arena: Arena, battle: Battle) -> Battle:
    async for _ in await arena.events(battle.voter, battle.id, after=0):
        pass
    return await arena.battle(battle.voter, battle.id)


async def opened_battle(arena: Arena) -> Battle:
    return await answered(arena, await arena.open_battle("ann", ASK))


async def counted(ledger: Ledger) -> list[tuple[str, int]]:
    votes = await ledger.in_thread(lambda connection: read_votes(connection, "text"))
    by_pair = await ledger.in_thread(lambda connection: count_by_pair(connection, "text"))
    async with ledger.reading() as connection:
        count = await count_votes(connection, "text")
    assert count == sum(many for *_, many in by_pair) == votes.battles.frame.height
    return [(row["outcome"], row["turn"]) for row in votes.battles.frame.iter_rows(named=True)]


async def the_time_to_vote_passes(ledger: Ledger) -> None:
    opened_at = datetime.now(UTC) - OPEN_FOR
    async with ledger.writing() as connection:
        await connection.execute(battles.update().values(created_at=opened_at))


async def test_giving_up_reveals_counts_as_nothing_and_is_recorded(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await opened_battle(arena)
        given_up = await arena.give_up("ann", battle.id)
        assert battle_state(given_up) is BattleState.GIVEN_UP
        assert given_up.revealed is not None
        assert given_up.revealed.cause == "give_up"
        assert given_up.revealed.at >= battle.created_at
        assert set((await arena.reveals([given_up]))[battle.id]) == {"a", "b"}
        assert await counted(ledger) == []
        with pytest.raises(NotNowError, match="without a vote"):
            await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A), key="k")


async def test_giving_up_again_changes_nothing(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await opened_battle(arena)
        first = await arena.give_up("ann", battle.id)
        assert await arena.give_up("ann", battle.id) == first


async def test_after_a_vote_there_is_nothing_to_give_up(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await opened_battle(arena)
        await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A), key="k")
        with pytest.raises(NotNowError, match="has its vote"):
            await arena.give_up("ann", battle.id)


async def test_nobody_gives_up_while_the_answers_come(ledger: Ledger) -> None:
    async with opened(ledger, pace=1) as arena:
        battle = await arena.open_battle("ann", ASK)
        with pytest.raises(NotNowError, match="still coming"):
            await arena.give_up("ann", battle.id)
        assert await arena.reveals([battle]) == {}


async def test_every_turn_may_have_a_vote_and_the_last_one_reveals(ledger: Ledger) -> None:
    async with opened(ledger, definition=a_vote_on_every_turn()) as arena:
        battle = await opened_battle(arena)
        blind = Ballot(Outcome.A, reveal=False)
        answer = await hosted(arena).vote("ann", battle.id, blind, key="1")
        assert answer["reveal"] is None
        battle = await arena.battle("ann", battle.id)
        assert battle_state(battle) is BattleState.TURN_VOTED
        assert await counted(ledger) == []
        assert await arena.reveals([battle]) == {}
        with pytest.raises(AlreadyVotedError, match="This turn has its vote"):
            await hosted(arena).vote("ann", battle.id, blind, key="other")
        await answered(arena, await arena.next_turn("ann", battle.id, ASK))
        await answered(arena, await arena.next_turn("ann", battle.id, ASK))
        answer = await hosted(arena).vote("ann", battle.id, Ballot(Outcome.B), key="2")
        assert set(answer["reveal"]) == {"a", "b"}
        assert await counted(ledger) == [("a", 1), ("b", 3)]


async def test_giving_up_keeps_the_votes_of_the_turns_before(ledger: Ledger) -> None:
    async with opened(ledger, definition=a_vote_on_every_turn()) as arena:
        battle = await opened_battle(arena)
        await hosted(arena).vote("ann", battle.id, Ballot(Outcome.TIE, reveal=False), key="1")
        await answered(arena, await arena.next_turn("ann", battle.id, ASK))
        assert battle_state(await arena.give_up("ann", battle.id)) is BattleState.GIVEN_UP
        assert await counted(ledger) == [("tie", 1)]


async def test_a_vote_that_stayed_blind_reveals_when_the_names_are_asked_for(
    ledger: Ledger,
) -> None:
    async with opened(ledger, definition=a_vote_on_every_turn()) as arena:
        battle = await opened_battle(arena)
        await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A, reveal=False), key="1")
        assert battle_state(await arena.give_up("ann", battle.id)) is BattleState.VOTED
        assert await counted(ledger) == [("a", 1)]


async def test_votes_of_people_who_never_come_back_count_when_nobody_votes_blind_any_more(
    ledger: Ledger,
) -> None:
    async with opened(ledger, definition=a_vote_on_every_turn()) as arena:
        battle = await opened_battle(arena)
        await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A, reveal=False), key="1")
        await the_time_to_vote_passes(ledger)
        assert await counted(ledger) == [("a", 1)]
        with pytest.raises(NotNowError, match="no more votes"):
            await arena.next_turn("ann", battle.id, ASK)
        assert battle_state(await arena.give_up("ann", battle.id)) is BattleState.VOTED
        assert await counted(ledger) == [("a", 1)]
        await answered(arena, await arena.next_turn("ann", battle.id, ASK))


@pytest.mark.parametrize("reveal", [True, False])
async def test_a_battle_takes_no_vote_when_its_time_is_over(
    ledger: Ledger, *, reveal: bool
) -> None:
    async with opened(ledger, definition=a_vote_on_every_turn()) as arena:
        battle = await opened_battle(arena)
        await the_time_to_vote_passes(ledger)
        with pytest.raises(NotNowError, match="no more votes"):
            await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A, reveal=reveal), key="1")
        assert battle_state(await arena.give_up("ann", battle.id)) is BattleState.GIVEN_UP
        assert await counted(ledger) == []


async def test_one_vote_a_battle_cannot_stay_blind(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await opened_battle(arena)
        with pytest.raises(BallotError, match="has one vote, and it reveals"):
            await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A, reveal=False), key="k")


@pytest.mark.parametrize("way", ["vote", "give_up"])
async def test_turns_after_the_reveal_are_marked_and_take_no_vote(ledger: Ledger, way: str) -> None:
    async with opened(ledger, definition=a_vote_on_every_turn()) as arena:
        battle = await opened_battle(arena)
        if way == "vote":
            await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A), key="k")
        else:
            await arena.give_up("ann", battle.id)
        before = await counted(ledger)
        battle = await answered(arena, await arena.next_turn("ann", battle.id, ASK))
        assert [is_blind(battle, turn) for turn in (1, 2)] == [True, False]
        assert battle_state(battle) in {BattleState.VOTED, BattleState.GIVEN_UP}
        with pytest.raises((AlreadyVotedError, NotNowError)):
            await hosted(arena).vote("ann", battle.id, Ballot(Outcome.B), key="later")
        assert await counted(ledger) == before


async def test_two_others_take_over_what_was_said_and_nothing_is_hidden(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        first = await opened_battle(arena)
        await hosted(arena).vote("ann", first.id, Ballot(Outcome.A), key="k")
        more = [Part("text", "And at dusk?")]
        second = await arena.open_battle("ann", more, mode="side_by_side", continues=first.id)
        stood = {side.contestant for side in first.sides}
        assert stood.isdisjoint(side.contestant for side in second.sides)
        assert second.continued is not None
        assert second.continued.battle == first.id
        assert not is_blind(second, 1)
        assert set((await arena.reveals([second]))[second.id]) == {"a", "b"}
        said = conversation(second, "b", "", earlier=[first])
        texts = [part.text for message in said for part in message.parts]
        assert texts == [ASK[0].text, first.attempt(1, "b").text, "And at dusk?"]
        second = await answered(arena, second)
        await hosted(arena).vote("ann", second.id, Ballot(Outcome.B), key="k2")
        assert await counted(ledger) == [("a", 1)]


async def test_the_number_of_messages_holds_for_the_whole_conversation(ledger: Ledger) -> None:
    async with opened(ledger, definition=a_vote_on_every_turn(turns=2)) as arena:
        first = await opened_battle(arena)
        await arena.give_up("ann", first.id)
        second = await answered(
            arena, await arena.open_battle("ann", ASK, mode="side_by_side", continues=first.id)
        )
        with pytest.raises(NotNowError, match="at most 2 messages"):
            await arena.next_turn("ann", second.id, ASK)
        with pytest.raises(NotNowError, match="at most 2 messages"):
            await arena.open_battle("ann", ASK, mode="side_by_side", continues=second.id)


async def test_what_is_hidden_foreign_or_blind_is_not_gone_on_from(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await opened_battle(arena)
        with pytest.raises(NotNowError, match="still hidden"):
            await arena.open_battle("ann", ASK, mode="side_by_side", continues=battle.id)
        await arena.give_up("ann", battle.id)
        with pytest.raises(UnknownBattleError):
            await arena.open_battle("bob", ASK, mode="side_by_side", continues=battle.id)
        with pytest.raises(ModeError, match="Only the mode side_by_side goes on"):
            await arena.open_battle("ann", ASK, continues=battle.id)


async def test_two_are_not_enough_to_go_on_with_two_others(ledger: Ledger) -> None:
    async with opened(ledger, *list(demo_catalogue())[:3]) as arena:
        battle = await opened_battle(arena)
        await arena.give_up("ann", battle.id)
        with pytest.raises(NobodyElseError, match="no two others"):
            await arena.open_battle("ann", ASK, mode="side_by_side", continues=battle.id)
