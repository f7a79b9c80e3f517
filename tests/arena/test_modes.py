"""Battle, side by side, direct: who may name whom, and what is counted."""

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest

from opened import ASK, hosted, open_ledger, opened
from tiltyard.arena.choosing import ModeError, UnknownModelError
from tiltyard.arena.definition import Mode, built_in_definition
from tiltyard.arena.match import BattleState, NotNowError, battle_state
from tiltyard.arena.service import Arena
from tiltyard.arena.voting import Ballot
from tiltyard.battles.outcome import Outcome
from tiltyard.contestants.card import Contestant, Status
from tiltyard.contestants.demo import demo_catalogue
from tiltyard.ledger.battles_table import read_votes
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.records import Battle
from tiltyard.ledger.votes import count_votes

pytestmark = pytest.mark.anyio

FIRST, SECOND, *_ = demo_catalogue()


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncGenerator[Ledger]:
    async with open_ledger(f"sqlite:///{tmp_path}/ledger") as ledger:
        yield ledger


async def answered(arena: Arena, battle: Battle) -> Battle:
    async for _ in await arena.events(battle.voter, battle.id, after=0):
        pass
    return await arena.battle(battle.voter, battle.id)


def catalogue_of(status: Status) -> list[Contestant]:
    """The demo contestants, the first of them with another status."""
    first = FIRST.model_copy(update={"status": status, "alias": "Mystery"})
    return [first, *list(demo_catalogue())[1:]]


async def test_side_by_side_are_the_two_that_were_named_and_nothing_is_hidden(
    ledger: Ledger,
) -> None:
    async with opened(ledger) as arena:
        battle = await arena.open_battle(
            "ann", ASK, mode="side_by_side", models=[SECOND.id, FIRST.id]
        )
        assert [side.contestant for side in battle.sides] == [SECOND.id, FIRST.id]
        assert (battle.policy, battle.pair_probability) == ("named@1", 1)
        assert (await arena.reveals([battle]))[battle.id]["a"]["id"] == SECOND.id


async def test_votes_side_by_side_are_kept_and_never_counted_on_the_board(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await arena.open_battle(
            "ann", ASK, mode="side_by_side", models=[FIRST.id, SECOND.id]
        )
        battle = await answered(arena, battle)
        assert battle_state(battle) is BattleState.VOTABLE
        answer = await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A), key="k")
        assert answer["reveal"]["b"]["id"] == SECOND.id
        assert (await arena.battle("ann", battle.id)).vote is not None
        votes = await ledger.in_thread(lambda connection: read_votes(connection, "text"))
        assert votes.battles.frame.height == 0
        async with ledger.reading() as connection:
            assert await count_votes(connection, "text") == 0


async def test_direct_is_one_model_to_talk_to_and_nothing_to_vote(ledger: Ledger) -> None:
    async with opened(ledger) as arena:
        battle = await arena.open_battle("ann", ASK, mode="direct", models=[FIRST.id])
        battle = await answered(arena, battle)
        assert [side.slot for side in battle.sides] == ["a"]
        assert battle_state(battle) is BattleState.OPEN
        with pytest.raises(NotNowError, match="send your next message"):
            await hosted(arena).vote("ann", battle.id, Ballot(Outcome.A), key="k")
        battle = await answered(arena, await arena.next_turn("ann", battle.id, ASK))
        assert battle.attempt(2, "a").text


@pytest.mark.parametrize(
    ("mode", "models", "sentence"),
    [
        ("battle", [FIRST.id, SECOND.id], "A battle draws its contestants"),
        ("battle", [], "A battle draws its contestants"),
        ("side_by_side", None, "takes two models"),
        ("side_by_side", [FIRST.id], "takes two models"),
        ("side_by_side", [FIRST.id, FIRST.id], "are the same"),
        ("direct", None, "takes one model"),
        ("direct", [FIRST.id, SECOND.id], "takes one model"),
    ],
)
async def test_models_that_do_not_go_with_the_mode_are_refused_in_a_sentence(
    ledger: Ledger, mode: Mode, models: Sequence[str] | None, sentence: str
) -> None:
    async with opened(ledger) as arena:
        with pytest.raises(ModeError, match=sentence):
            await arena.open_battle("ann", ASK, mode=mode, models=models)
        assert await hosted(arena).history("ann", limit=100) == []


async def test_a_mode_the_definition_does_not_offer_is_refused(ledger: Ledger) -> None:
    blind_only = built_in_definition("text").model_copy(update={"modes": ("battle",)})
    async with opened(ledger, definition=blind_only) as arena:
        with pytest.raises(ModeError, match="offers battle, not the mode direct"):
            await arena.open_battle("ann", ASK, mode="direct", models=[FIRST.id])


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PREVIEW, Status.RETIRED])
async def test_nobody_learns_from_a_refusal_whether_a_model_exists(
    ledger: Ledger, status: Status
) -> None:
    refusals = set[str]()
    async with opened(ledger, *catalogue_of(status)) as arena:
        for model in (FIRST.id, "alias-mystery", "nobody"):
            with pytest.raises(UnknownModelError) as refused:
                await arena.open_battle("ann", ASK, mode="direct", models=[model])
            refusals.add(str(refused.value).replace(model, "…"))
    assert len(refusals) == 1
