from collections import Counter
from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from opened import ASK, hosted, make_arena, open_ledger, opened
from tiltyard.arena.definition import built_in_definition
from tiltyard.arena.events import Frame, SideDone, TurnDone
from tiltyard.arena.live import BusyError
from tiltyard.arena.match import BattleState, NotNowError, battle_state
from tiltyard.arena.message import MessageError
from tiltyard.arena.own import UnknownBattleError
from tiltyard.arena.service import Arena
from tiltyard.arena.voting import Ballot, BallotError, KeyReusedError
from tiltyard.battles.outcome import Outcome
from tiltyard.contestants.messages import Part
from tiltyard.ledger import engine
from tiltyard.ledger.battles import read_battle
from tiltyard.ledger.battles_table import VotesOfArena, read_votes
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.records import Battle
from tiltyard.ledger.votes import AlreadyVotedError

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        yield ledger


async def all_votes(ledger: Ledger) -> VotesOfArena:
    return await ledger.in_thread(lambda connection: read_votes(connection, "text"))


async def answered(arena: Arena, battle: Battle) -> Battle:
    """Follow a battle to the end of its turn."""
    async for _ in await arena.events(battle.voter, battle.id, after=0):
        pass
    return await arena.battle(battle.voter, battle.id)


async def test_a_battle_is_in_the_ledger_before_its_first_word(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await arena.open_battle("ann", ASK)
        async with ledger.reading() as connection:
            stored = await read_battle(connection, battle.id)
        assert stored is not None
        assert stored.definition == arena.definition.sha256
        assert stored.pair_probability == pytest.approx(1 / 28)
        assert stored.policy == arena.definition.pairing.policy_id
        assert [(try_.slot, try_.number, try_.state) for try_ in battle.attempts] == [
            ("a", 1, "streaming"),
            ("b", 1, "streaming"),
        ]


async def test_both_sides_stream_and_then_a_vote_is_possible(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await arena.open_battle("ann", ASK)
        events = [numbered async for numbered in await arena.events("ann", battle.id, after=0)]
        numbers = [sequence for sequence, _ in events]
        assert numbers == sorted(set(numbers))
        assert events[-1].event == TurnDone(1, "votable")
        battle = await arena.battle("ann", battle.id)
        for slot in ("a", "b"):
            frames = [e for _, e in events if isinstance(e, Frame) and e.side == slot]
            assert "".join(frame.text for frame in frames) == battle.attempt(1, slot).text != ""
            assert SideDone(slot, 1, "done") in [event for _, event in events]


async def test_frames_say_where_they_belong(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await arena.open_battle("ann", ASK)
        length = Counter[str]()
        async for _, event in await arena.events("ann", battle.id, after=0):
            if isinstance(event, Frame):
                assert event.offset == length[event.side]
                length[event.side] += len(event.text)


async def test_the_vote_reveals_and_is_counted(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await answered(arena, await arena.open_battle("ann", ASK))
        assert await arena.reveals([battle]) == {}
        answer = await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A), key="k")
        assert {slot: card["id"] for slot, card in answer["reveal"].items()} == {
            side.slot: side.contestant for side in battle.sides
        }
        row = (await all_votes(ledger)).battles.frame.row(0, named=True)
        assert row["battle_id"] == str(battle.id)
        assert (row["model_a"], row["model_b"]) == tuple(s.contestant for s in battle.sides)
        assert (row["outcome"], row["voter"], row["turn"]) == ("a", "ann", 1)
        assert row["pair_probability"] == pytest.approx(1 / 28)


async def test_the_same_key_is_answered_the_same(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await answered(arena, await arena.open_battle("ann", ASK))
        first = await hosted(arena).vote("ann", battle.id, Ballot(Outcome.TIE), key="k")
        assert await hosted(arena).vote("ann", battle.id, Ballot(Outcome.TIE), key="k") == first
        with pytest.raises(KeyReusedError):
            await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A), key="k")
        with pytest.raises(AlreadyVotedError, match="cannot be changed"):
            await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A), key="another")


async def test_no_vote_while_the_answers_come(ledger: Ledger) -> None:
    async with opened(ledger, pace=1) as arena:
        battle = await arena.open_battle("ann", ASK)
        with pytest.raises(NotNowError, match="still coming"):
            await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A), key="k")


@pytest.mark.parametrize(
    ("ballot", "sentence"),
    [
        (Ballot(Outcome.A, tags=("witty",)), "Unknown tag 'witty'"),
        (Ballot(Outcome.A, comment="x" * 2001), "at most 2,000"),
    ],
)
async def test_a_ballot_the_arena_does_not_offer_is_refused(
    tmp_path: Path, ballot: Ballot, sentence: str
) -> None:
    async with open_ledger(f"sqlite:///{tmp_path}/l") as ledger, opened(ledger) as arena:
        battle = await answered(arena, await arena.open_battle("ann", ASK))
        with pytest.raises(BallotError, match=sentence):
            await hosted(arena).vote("ann", battle.id, ballot, key="k")


async def test_the_next_message_reaches_both_sides_with_what_was_said(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await answered(arena, await arena.open_battle("ann", ASK))
        last = [n async for n in await arena.events("ann", battle.id, after=0)][-1].sequence
        await arena.next_turn("ann", battle.id, [Part("text", "And at dusk?")])
        events = [numbered async for numbered in await arena.events("ann", battle.id, after=last)]
        assert events[0].sequence > last
        assert events[-1].event == TurnDone(2, "votable")
        battle = await arena.battle("ann", battle.id)
        assert [turn.number for turn in battle.turns] == [1, 2]
        assert battle.attempt(2, "a").text


async def test_a_battle_has_as_many_messages_as_its_arena_says(tmp_path: Path) -> None:
    text = built_in_definition("text")
    short = text.model_copy(update={"turns": text.turns.model_copy(update={"max": 1})})
    async with (
        open_ledger(f"sqlite:///{tmp_path}/l") as ledger,
        opened(ledger, definition=short) as arena,
    ):
        battle = await answered(arena, await arena.open_battle("ann", ASK))
        with pytest.raises(NotNowError, match="at most 1 messages"):
            await arena.next_turn("ann", battle.id, ASK)


async def test_after_the_vote_nothing_more_is_voted(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await answered(arena, await arena.open_battle("ann", ASK))
        await hosted(arena).vote("ann", battle.id, Ballot(Outcome.BOTH_BAD), key="k")
        with pytest.raises(AlreadyVotedError, match="cannot be changed"):
            await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A), key="another")
        with pytest.raises(NotNowError, match="has its vote"):
            await arena.retry("ann", battle.id)


async def test_another_persons_battle_is_closed_to_me(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await answered(arena, await arena.open_battle("ann", ASK))
        for attempt in (
            arena.battle("bob", battle.id),
            hosted(arena).vote("bob", battle.id, Ballot(Outcome.A), key="k"),
            arena.next_turn("bob", battle.id, ASK),
            arena.stop("bob", battle.id),
            arena.retry("bob", battle.id),
            arena.forget("bob", battle.id),
            arena.events("bob", battle.id, after=0),
        ):
            with pytest.raises(UnknownBattleError):
                await attempt


async def test_an_unknown_battle_is_said_to_be_unknown(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        with pytest.raises(UnknownBattleError):
            await arena.battle("ann", uuid4())


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ([Part("text", " \n ")], "is empty"),
        ([Part("text", "x" * 100_000)], "100,000 characters and this arena takes at most 20,000"),
        ([Part("image", "x")], "part of type 'image'"),
    ],
)
async def test_a_message_the_arena_does_not_take_leaves_no_trace(
    tmp_path: Path, parts: list[Part], sentence: str
) -> None:
    async with open_ledger(f"sqlite:///{tmp_path}/l") as ledger, opened(ledger) as arena:
        with pytest.raises(MessageError, match=sentence):
            await arena.open_battle("ann", parts)
        assert await hosted(arena).history("ann", limit=100) == []


async def test_forgetting_erases_the_words_and_keeps_the_vote(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await answered(arena, await arena.open_battle("ann", ASK))
        await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A, comment="mine"), key="k")
        await arena.forget("ann", battle.id)
        await arena.forget("ann", battle.id)
        forgotten = await arena.battle("ann", battle.id)
        assert battle_state(forgotten) is BattleState.FORGOTTEN
        assert forgotten.attempt(1, "a").text == ""
        assert forgotten.turns[0].parts == []
        assert forgotten.vote is not None
        assert forgotten.vote.comment is None
        assert await hosted(arena).history("ann", limit=100) == []
        assert (await all_votes(ledger)).battles.frame.height == 1


async def test_my_history_is_mine_and_newest_first(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        opened_ids = [(await arena.open_battle("ann", ASK)).id for _ in range(3)]
        await arena.open_battle("bob", ASK)
        assert [
            battle.id for battle in await hosted(arena).history("ann", limit=100)
        ] == opened_ids[::-1]


async def test_older_battles_are_those_before_one_that_may_be_forgotten(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        first, second, third = [
            (await answered(arena, await arena.open_battle("ann", ASK))).id for _ in range(3)
        ]
        await arena.forget("ann", second)
        (newest,) = await hosted(arena).history("ann", limit=1)
        (oldest,) = await hosted(arena).history("ann", limit=100, before=second)
        assert (newest.id, oldest.id) == (third, first)
        assert await hosted(arena).history("ann", limit=100, before=first) == []


async def test_battles_of_one_instant_are_all_told_once(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        ids = {(await arena.open_battle("ann", ASK)).id for _ in range(4)}
        async with ledger.writing() as connection:
            at_once = "UPDATE battles SET created_at = (SELECT min(created_at) FROM battles)"
            await connection.execute(text(at_once))
        told: list[UUID] = []
        for _ in ids:
            before = told[-1] if told else None
            told += [one.id for one in await hosted(arena).history("ann", limit=1, before=before)]
        assert set(told) == ids


async def test_a_full_arena_refuses_before_anything_is_recorded(tmp_path: Path) -> None:
    async with (
        open_ledger(f"sqlite:///{tmp_path}/l") as ledger,
        opened(ledger, live_turns=1) as arena,
    ):
        battle = await arena.open_battle("ann", ASK)
        with pytest.raises(BusyError):
            await arena.open_battle("bob", ASK)
        await answered(arena, battle)
        assert await hosted(arena).history("bob", limit=100) == []


async def test_what_a_stopped_server_left_open_can_be_retried(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await arena.open_battle("ann", ASK)
    async with opened(ledger) as arena:
        battle = await arena.battle("ann", battle.id)
        assert battle_state(battle) is BattleState.BROKEN
        battle = await answered(arena, await arena.retry("ann", battle.id))
        assert battle_state(battle) is BattleState.VOTABLE
        assert battle.attempt(1, "a").number == 2


async def test_a_turn_nobody_answers_is_not_waited_for(ledger: Ledger) -> None:
    gone = make_arena(ledger)
    await gone.open()
    async with opened(ledger) as arena:
        battle = await gone.open_battle("ann", ASK)
        await gone.close()
        assert battle_state(await arena.battle("ann", battle.id)) is BattleState.BROKEN


async def test_an_arena_closes_although_somebody_else_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SESSION_WAIT_S", 0.05)
    async with open_ledger(f"sqlite:///{tmp_path}/ledger.sqlite3") as ledger:
        arena = make_arena(ledger)
        await arena.open()
        with capture_logs() as said:
            async with ledger.writing():
                await arena.close()
    assert [one["event"] for one in said] == ["the ledger did not hear what ends with this server"]


async def test_the_end_of_a_turn_can_be_read_after_the_log_is_gone(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await answered(arena, await arena.open_battle("ann", ASK))
    async with opened(ledger) as arena:
        events = [numbered async for numbered in await arena.events("ann", battle.id, after=0)]
    assert [event for _, event in events] == [
        Frame("a", 1, 1, 0, battle.attempt(1, "a").text),
        SideDone("a", 1, "done"),
        Frame("b", 1, 1, 0, battle.attempt(1, "b").text),
        SideDone("b", 1, "done"),
        TurnDone(1, "votable"),
    ]


async def test_a_reader_goes_on_after_the_log_is_gone_where_it_was(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await arena.open_battle("ann", ASK)
        live = [numbered async for numbered in await arena.events("ann", battle.id, after=0)]
        battle = await arena.battle("ann", battle.id)
    async with opened(ledger) as arena:
        for seen in range(len(live) + 1):
            after = live[seen - 1].sequence if seen else 0
            rest = [
                numbered async for numbered in await arena.events("ann", battle.id, after=after)
            ]
            numbers = [number for number, _ in rest]
            assert numbers == sorted(set(numbers))
            assert all(number > after for number in numbers)
            events = [*(event for _, event in live[:seen]), *(event for _, event in rest)]
            for slot in ("a", "b"):
                frames = [e for e in events if isinstance(e, Frame) and e.side == slot]
                assert "".join(e.text for e in frames) == battle.attempt(1, slot).text
                assert events.count(SideDone(slot, 1, "done")) == 1
            assert events.count(TurnDone(1, "votable")) == 1


async def test_examples_are_recorded_once(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        assert await arena.add_examples() == await arena.add_examples() == 600
        votes = await all_votes(ledger)
        assert votes.sources == {"example": 600}
        assert len(votes.battles.pair_counts()[0]) == 8
