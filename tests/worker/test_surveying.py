from datetime import UTC, datetime, timedelta

import pytest

from opened import hosted, open_ledger, opened
from tiltyard.arena.consent import decide
from tiltyard.arena.service import Arena
from tiltyard.arena.voting import Ballot
from tiltyard.battles.outcome import Outcome
from tiltyard.contestants.messages import Part
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.surveys import Survey, read_prompts, read_survey
from tiltyard.worker.surveying import Surveying

pytestmark = pytest.mark.anyio

SUBJECTS = ("Recipe for garlic tomato pasta", "Python function sorting integers")


class Clock:
    """Moves when told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


async def ask_and_vote(arena: Arena, voter: str, text: str) -> None:
    battle = await arena.open_battle(voter, [Part("text", text)])
    async for _ in await arena.events(voter, battle.id, after=0):
        pass
    await hosted(arena).vote(voter, battle.id, Ballot(Outcome.A, (), ""), key="k")


async def newest(ledger: Ledger) -> Survey | None:
    async with ledger.reading() as connection:
        return await read_survey(connection, "text")


async def words(ledger: Ledger) -> set[str]:
    made = await newest(ledger)
    return {word for topic in made.topics["topics"] for word in topic["words"]} if made else set()


async def test_a_map_is_made_of_what_many_asked_and_voted_on(ledger_url: str) -> None:
    async with open_ledger(ledger_url) as ledger, opened(ledger) as arena:
        finding = Surveying(ledger, ["text"])
        assert await finding.survey_now_and_then() == 0
        for person in range(6):
            for subject in SUBJECTS:
                await ask_and_vote(arena, f"p{person}{subject}", f"{subject} of mine{person}")
        assert await finding.survey_now_and_then() == 1
        made = await newest(ledger)
        assert made is not None
        assert (made.votes, made.topics["prompts"]) == (12, 12)
        shown = {word for topic in made.topics["topics"] for word in topic["words"]}
        assert {"pasta", "python"} <= shown
        assert not any(word.startswith("mine") for word in shown)
        rows = [row for topic in made.topics["topics"] for row in topic["models"]]
        assert all(row["name"] != row["model"] for row in rows)


async def test_a_map_is_made_anew_when_votes_have_grown_and_not_too_often(ledger_url: str) -> None:
    clock = Clock()
    async with open_ledger(ledger_url) as ledger, opened(ledger) as arena:
        finding = Surveying(ledger, ["text"], every=timedelta(hours=1), clock=clock)
        await ask_and_vote(arena, "ann", SUBJECTS[0])
        assert await finding.survey_now_and_then() == 1
        await ask_and_vote(arena, "bob", SUBJECTS[0])
        assert await finding.survey_now_and_then() == 0  # so soon
        clock.now += timedelta(hours=1)
        assert await finding.survey_now_and_then() == 1
        clock.now += timedelta(hours=1)
        assert await finding.survey_now_and_then() == 0  # nothing new
        made = await newest(ledger)
        assert made is not None
        assert (made.votes, made.made_at) == (2, clock.now - timedelta(hours=1))


@pytest.mark.parametrize("way", ["opting out", "forgetting"])
async def test_words_that_were_taken_back_leave_the_map_at_its_next_time(
    ledger_url: str, way: str
) -> None:
    clock = Clock()
    clock.now = datetime.now(UTC) - timedelta(hours=5)
    async with open_ledger(ledger_url) as ledger, opened(ledger) as arena:
        finding = Surveying(ledger, ["text"], every=timedelta(hours=1), clock=clock)
        for voter in ("ann", "bob", "cem", "dan", "eve"):
            await ask_and_vote(arena, voter, SUBJECTS[0])
        assert await finding.survey_now_and_then() == 1
        assert "pasta" in await words(ledger)
        if way == "opting out":
            await decide(ledger, "ann", [arena.definition], publish=False)
        else:
            (mine,) = await hosted(arena).history("ann", limit=100)
            await arena.forget("ann", mine.id)
        clock.now += timedelta(hours=1)
        assert await finding.survey_now_and_then() == 1
        assert not await words(ledger)  # that four people wrote


async def test_of_many_votes_the_newest_are_looked_at(ledger_url: str) -> None:
    async with open_ledger(ledger_url) as ledger, opened(ledger) as arena:
        for person in range(6):
            await ask_and_vote(arena, f"early{person}", "Recipe for garlic pasta")
        for person in range(6):
            await ask_and_vote(arena, f"late{person}", "Python function sorting integers")
        assert await Surveying(ledger, ["text"], newest=6).survey_now_and_then() == 1
        made = await newest(ledger)
        assert made is not None
        assert (made.votes, made.topics["votes"], made.topics["prompts"]) == (12, 6, 6)
        assert {word for one in made.topics["topics"] for word in one["words"]} <= {
            *("python", "function", "sorting", "integers")
        }


async def test_words_that_were_erased_or_are_not_to_be_published_are_not_read(
    ledger_url: str,
) -> None:
    async with open_ledger(ledger_url) as ledger, opened(ledger) as arena:
        for voter in ("ann", "bob", "cem"):
            await ask_and_vote(arena, voter, f"the words of {voter}")
        battle = await arena.open_battle("dan", [Part("text", "never voted on")])
        async for _ in await arena.events("dan", battle.id, after=0):
            pass
        (mine,) = await hosted(arena).history("ann", limit=100)
        await arena.forget("ann", mine.id)
        await decide(ledger, "bob", [arena.definition], publish=False)
        read = await ledger.in_thread(lambda one: read_prompts(one, "text"))
        assert read["asked"].to_list() == ["the words of cem"]
