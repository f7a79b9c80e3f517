"""One vote, however often and however badly it is asked for."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from opened import ASK, hosted, open_ledger, opened
from tiltyard.arena.definition import built_in_definition
from tiltyard.arena.match import NotNowError, is_hidden
from tiltyard.arena.service import Arena
from tiltyard.arena.voting import Ballot, BallotError, KeyReusedError
from tiltyard.battles.outcome import Outcome
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.records import Battle
from tiltyard.ledger.tables import idempotency_keys, reveals, votes

pytestmark = pytest.mark.anyio

FAIL_AT_THE_COMMIT = {
    "sqlite": """
        CREATE TRIGGER fail AFTER INSERT ON votes BEGIN INSERT INTO doomed VALUES (1); END
    """,
    "postgresql": """
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN INSERT INTO doomed VALUES (1); RETURN NEW; END';
        CREATE TRIGGER fail AFTER INSERT ON votes FOR EACH ROW EXECUTE FUNCTION fail()
    """,
}
"""Every statement of a vote then works, and its commit does not."""


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncGenerator[Ledger]:
    async with open_ledger(ledger_url) as ledger:
        yield ledger


async def answered(arena: Arena) -> Battle:
    battle = await arena.open_battle("ann", ASK)
    async for _ in await arena.events("ann", battle.id, after=0):
        pass
    return await arena.battle("ann", battle.id)


async def rows(ledger: Ledger) -> tuple[int, ...]:
    """Count the votes, the reveals and the answers that were kept."""
    async with ledger.reading() as connection:
        return tuple(
            [
                await connection.scalar(select(func.count()).select_from(table)) or 0
                for table in (votes, reveals, idempotency_keys)
            ]
        )


async def test_of_fifty_racing_votes_one_is_counted(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await answered(arena)
        race = (
            hosted(arena).vote("ann", battle.id, Ballot(Outcome.A), key=str(key))
            for key in range(50)
        )
        answers = await asyncio.gather(*race, return_exceptions=True)
        kinds = Counter(type(answer).__name__ for answer in answers)
        assert kinds == {"dict": 1, "AlreadyVotedError": 49}
        assert await rows(ledger) == (1, 1, 1)


async def test_of_fifty_racing_requests_with_one_key_all_get_one_answer(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await answered(arena)
        race = (hosted(arena).vote("ann", battle.id, Ballot(Outcome.B), key="k") for _ in range(50))
        answers = await asyncio.gather(*race)
        assert all(answer == answers[0] for answer in answers)
        assert await rows(ledger) == (1, 1, 1)


async def test_of_one_key_racing_for_two_battles_one_battle_is_voted(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battles = [await answered(arena) for _ in range(2)]
        race = (
            hosted(arena).vote("ann", battle.id, Ballot(Outcome.B), key="k")
            for battle in battles * 10
        )
        answers = await asyncio.gather(*race, return_exceptions=True)
        kinds = Counter(type(answer).__name__ for answer in answers)
        assert kinds == {"dict": 10, "KeyReusedError": 10}
        assert await rows(ledger) == (1, 1, 1)


async def test_a_vote_and_giving_up_race_for_one_reveal(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await answered(arena)
        asked = [
            hosted(arena).vote("ann", battle.id, Ballot(Outcome.A), key=str(n)) for n in range(10)
        ]
        answers = await asyncio.gather(
            *(call for vote in asked for call in (vote, arena.give_up("ann", battle.id))),
            return_exceptions=True,
        )
        voted = sum(isinstance(answer, dict) for answer in answers)
        after = await arena.battle("ann", battle.id)
        assert after.revealed is not None
        assert (len(after.votes), after.revealed.cause) == (
            (1, "vote") if voted else (0, "give_up")
        )


async def test_a_lost_reply_is_given_again_by_the_next_server(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await answered(arena)
        answer = await hosted(arena).vote(
            "ann", battle.id, Ballot(Outcome.TIE, comment="so so"), key="k"
        )
    async with opened(ledger) as arena:
        again = await hosted(arena).vote(
            "ann", battle.id, Ballot(Outcome.TIE, comment="so so"), key="k"
        )
        assert again == answer
        with pytest.raises(KeyReusedError):
            await hosted(arena).vote("ann", battle.id, Ballot(Outcome.TIE), key="k")
        assert await rows(ledger) == (1, 1, 1)


async def test_a_vote_never_lands_on_a_turn_that_its_voter_did_not_see(ledger: Ledger) -> None:
    seen = Ballot(Outcome.A, turn=1)
    async with opened(ledger) as arena:
        battle = await answered(arena)
        await arena.next_turn("ann", battle.id, ASK)
        with pytest.raises(NotNowError, match="on turn 1, and the battle is at turn 2"):
            await hosted(arena).vote("ann", battle.id, seen, key="while it is answered")
        async for _ in await arena.events("ann", battle.id, after=0):
            pass
        for turn in (1, 3):
            with pytest.raises(NotNowError, match=f"on turn {turn}, and the battle is at turn 2"):
                await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A, turn=turn), key="k")
        assert await rows(ledger) == (0, 0, 0)
        await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A, turn=2), key="k")
        assert await rows(ledger) == (1, 1, 1)


async def test_a_key_stands_for_the_turn_too(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await answered(arena)
        said = Ballot(Outcome.A, turn=1)
        answer = await hosted(arena).vote("ann", battle.id, said, key="k")
        await arena.next_turn("ann", battle.id, ASK)
        assert await hosted(arena).vote("ann", battle.id, said, key="k") == answer
        for other in (Ballot(Outcome.A), Ballot(Outcome.A, turn=2)):
            with pytest.raises(KeyReusedError):
                await hosted(arena).vote("ann", battle.id, other, key="k")


async def test_a_lost_reply_is_given_again_when_the_arena_takes_such_votes_no_more(
    ledger: Ledger,
) -> None:
    async with opened(ledger) as arena:
        battle = await answered(arena)
        answer = await hosted(arena).vote("ann", battle.id, Ballot(Outcome.TIE), key="k")
    text = built_in_definition("text")
    rules = text.vote.model_copy(update={"outcomes": (Outcome.A, Outcome.B)})
    changed = text.model_copy(update={"vote": rules})
    async with opened(ledger, definition=changed) as arena:
        assert await hosted(arena).vote("ann", battle.id, Ballot(Outcome.TIE), key="k") == answer
        with pytest.raises(BallotError, match="takes a, b as outcomes"):
            await hosted(arena).vote("ann", battle.id, Ballot(Outcome.TIE), key="another")


async def test_a_vote_that_is_not_committed_reveals_nothing(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await answered(arena)
        async with ledger.writing() as connection:
            await connection.execute(text("CREATE TABLE nobody (id INTEGER PRIMARY KEY)"))
            await connection.execute(
                text(
                    "CREATE TABLE doomed "
                    "(id INTEGER REFERENCES nobody (id) DEFERRABLE INITIALLY DEFERRED)"
                )
            )
            failing = FAIL_AT_THE_COMMIT[ledger.url.get_backend_name()]
            await connection.exec_driver_sql(failing)
        with pytest.raises(IntegrityError):
            await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A), key="k")
        assert await rows(ledger) == (0, 0, 0)
        assert is_hidden(await arena.battle("ann", battle.id))
        async with ledger.writing() as connection:
            await connection.execute(text("DELETE FROM doomed"))
            await connection.execute(
                text("INSERT INTO nobody VALUES (1)")  # from now on the commit works
            )
        assert (await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A), key="k"))["reveal"]
        assert await rows(ledger) == (1, 1, 1)
