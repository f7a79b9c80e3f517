"""Every order of calls, from two tabs and two people at once, against the real service."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import count, permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gated import Gate, GatedAdapters
from match_model import Known, Verb, Verdict, Wish, World
from opened import hosted, make_arena
from polling import until
from tiltyard.arena.choosing import ModeError
from tiltyard.arena.definition import Mode, built_in_definition
from tiltyard.arena.match import BattleState, NotNowError, battle_state, is_blind
from tiltyard.arena.own import UnknownBattleError
from tiltyard.arena.voting import Ballot, BallotError, KeyReusedError
from tiltyard.battles.outcome import Outcome
from tiltyard.contestants.demo import demo_catalogue
from tiltyard.contestants.messages import Part
from tiltyard.ledger.battles_table import read_votes
from tiltyard.ledger.engine import Ledger
from tiltyard.ledger.migrate import upgrade_ledger
from tiltyard.ledger.reading import read_battles
from tiltyard.ledger.records import Battle
from tiltyard.ledger.tables import metadata
from tiltyard.ledger.votes import AlreadyVotedError

MOST_TURNS = 3
EXAMPLES = 60 if os.environ.get("TILTYARD_TESTS_COMPLETE") == "1" else 6
OTHER = {"ann": "bob", "bob": "ann"}
REFUSED = (NotNowError, AlreadyVotedError, KeyReusedError, BallotError, ModeError)
MODELS = [card.id for card in demo_catalogue()]
FACTS = ("battles", "sides", "turns", "attempts", "votes", "reveals", "continuations", "erasures")
Facts = dict[str, dict[tuple[Any, ...], dict[str, Any]]]
WORDS = {"parts", "reasoning", "comment", "error"}
"""What forgetting empties."""

PEOPLE = st.sampled_from(["ann", "bob"])
MODES = st.sampled_from(["battle", "battle", "battle", "side_by_side", "direct"])
MOSTLY = st.sampled_from([True, True, True, False])
OFTEN, SOMETIMES = ["vote", "vote", "say", "give up"], ["go on", "stop", "retry", "forget", "look"]
WISHES = st.tuples(
    MOSTLY,  # one's own battle, or another person's
    st.sampled_from(OFTEN * 2 + SOMETIMES),
    st.integers(0, 10),
    st.sampled_from(list(Outcome)),
    MOSTLY,
    st.integers(0, 30).map(str),
    st.sampled_from([None, None, 1, 1, 2]),  # the turn that a tab votes on, if it says so
)


class Tabs(RuleBasedStateMachine):
    """Two people with two tabs each, one ledger, and contestants who end when they are let."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.ledger = Ledger(url)
        self.numbers = count()
        self.ids: list[UUID] = []
        self.asked = 0  # and not len(self.ids): which rules may be drawn must not hang on a race
        self.questions: list[str] = []
        self.answers: dict[tuple[str, str], Mapping[str, Any]] = {}
        self.facts: Facts = {}
        self.suffix = uuid4().hex  # the database is the same for every example

    @initialize(per=st.sampled_from(["turn", "battle"]), person=PEOPLE, mode=MODES)
    def open_the_doors(self, per: str, person: str, mode: Mode) -> None:
        text = built_in_definition("text")
        turns = text.turns.model_copy(update={"max": MOST_TURNS})
        vote = text.vote.model_copy(update={"per": per})
        self.definition = text.model_copy(update={"turns": turns, "vote": vote})
        self.world = World(per, MOST_TURNS)
        self.runner.run(upgrade_ledger(self.ledger))
        self.start()
        self.ask_something(person, mode)

    def start(self) -> None:
        self.adapters = GatedAdapters()
        self.arena = make_arena(self.ledger, definition=self.definition, adapters=self.adapters)
        self.runner.run(self.arena.open())

    def teardown(self) -> None:
        self.runner.run(self.arena.close())
        self.runner.run(self.ledger.close())
        self.runner.close()

    @precondition(lambda self: self.asked < 3)
    @rule(person=PEOPLE, mode=MODES, end=MOSTLY)
    def ask_something_new(self, person: str, mode: Mode, *, end: bool) -> None:
        self.ask_something(person, mode)
        self.let_all_end(really=end)

    def ask_something(self, person: str, mode: Mode) -> None:
        self.asked += 1
        named = {"battle": None, "side_by_side": MODELS[:2], "direct": MODELS[:1]}[mode]
        opened = self.arena.open_battle(self.who(person), self.question(), mode=mode, models=named)
        self.take_in(person, mode, self.runner.run(opened))

    @rule(what=WISHES, end=MOSTLY)
    def one_thing(self, what: tuple[Any, ...], *, end: bool) -> None:
        self.all_at_once(self.wish(what))
        self.let_all_end(really=end)

    @rule(first=WISHES, second=WISHES, same_battle=MOSTLY, end=MOSTLY)
    def two_tabs_at_once(
        self, first: tuple[Any, ...], second: tuple[Any, ...], *, same_battle: bool, end: bool
    ) -> None:
        one, two = self.wish(first), self.wish(second)
        if same_battle:
            owner = self.world.battles[one.battle].owner
            person = owner if two.person == self.world.battles[two.battle].owner else OTHER[owner]
            two = Wish(person, two.verb, one.battle, two.outcome, two.reveal, two.key, two.turn)
        self.all_at_once(one, two)
        self.let_all_end(really=end)

    @rule(pick=st.integers(0, 10), sides=st.sampled_from(["ab", "ab", "ab", "a", "b"]))
    def sides_end(self, pick: int, sides: str) -> None:
        self.let_end(pick, sides, fails=False)

    @rule(pick=st.integers(0, 10), how=st.sampled_from(["a fails", "b fails", "server dies"]))
    def something_fails(self, pick: int, how: str) -> None:
        if how == "server dies":
            self.start_again()
        else:
            self.let_end(pick, how[0], fails=True)

    def let_all_end(self, *, really: bool) -> None:
        while really and any(battle.coming for battle in self.world.battles):
            self.let_end(0, "ab", fails=False)

    def let_end(self, pick: int, letters: str, *, fails: bool) -> None:
        coming = [n for n, battle in enumerate(self.world.battles) if battle.coming]
        if not coming:
            return
        number = coming[pick % len(coming)]
        sides = self.world.battles[number].sides
        for side in letters:
            if sides.get(side) == "streaming":
                self.runner.run(self.end(number, side, fails=fails))
                sides[side] = "failed" if fails else "done"

    def start_again(self) -> None:
        self.runner.run(self.arena.close())
        for battle in self.world.battles:
            for side, state in battle.sides.items():
                if state == "streaming":
                    battle.sides[side] = "failed"
        self.start()

    @invariant()
    def everything_is_as_documented(self) -> None:
        battles = self.runner.run(self.read(range(len(self.ids))))
        names = self.runner.run(self.arena.reveals(battles))
        for known, battle in zip(self.world.battles, battles, strict=True):
            compare(known, battle, names_are_known=battle.id in names)

    @invariant()
    def facts_never_change(self) -> None:
        now = self.runner.run(self.ledger.in_thread(self.read_facts))
        erased = {row["battle"] for row in now["erasures"].values()}
        for table, rows in self.facts.items():
            for key, before in rows.items():
                if before.get("state") == "streaming":
                    continue  # an open attempt may end
                emptied = WORDS if before.get("battle") in erased else set()
                kept = {name: value for name, value in before.items() if name not in emptied}
                assert kept.items() <= now[table][key].items(), table
        self.facts = now

    @invariant()
    def exactly_the_blind_votes_count_once_the_names_are_known(self) -> None:
        table = self.runner.run(
            self.ledger.in_thread(lambda connection: read_votes(connection, "text"))
        )
        mine = {str(id_) for id_ in self.ids}
        rows = table.battles.frame.select("battle_id", "turn", "outcome").rows()
        assert sorted(row for row in rows if row[0] in mine) == sorted(
            (str(id_), turn, outcome)
            for id_, known in zip(self.ids, self.world.battles, strict=True)
            if known.mode == "battle" and not known.hidden
            for turn, outcome in known.votes.items()
        )

    def wish(self, what: tuple[Any, ...]) -> Wish:
        is_own, verb, pick, *rest = what
        number = pick % len(self.ids)
        owner = self.world.battles[number].owner
        return Wish(owner if is_own else OTHER[owner], verb, number, *rest)

    def all_at_once(self, *wishes: Wish) -> None:
        """Ask for everything at the same moment; some order of them must explain what came."""
        answers = self.runner.run(self.ask(*wishes))
        verdicts = [verdict_of(answer) for answer in answers]
        touched = sorted({wish.battle for wish in wishes})
        for order in permutations(range(len(wishes))):
            world, expected = self.world.after(*(wishes[n] for n in order))
            if [verdicts[n] for n in order] == expected and self.is_so(world, touched):
                self.world = world
                break
        else:
            battles = [self.world.battles[wish.battle] for wish in wishes]
            pytest.fail(f"{wishes} were answered {verdicts} after {battles}")
        for wish, answer in zip(wishes, answers, strict=True):
            self.look_at(wish, answer)

    async def ask(self, *wishes: Wish) -> list[Any]:
        calls = [self.call(wish) for wish in wishes]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        await self.settle()
        return answers

    def call(self, wish: Wish) -> Awaitable[object]:
        who, id_ = self.who(wish.person), self.ids[wish.battle]
        ballot = Ballot(Outcome(wish.outcome), reveal=wish.reveal, turn=wish.turn)
        more = self.question()
        calls: dict[Verb, Callable[[], Awaitable[object]]] = {
            "vote": lambda: hosted(self.arena).vote(who, id_, ballot, key=wish.key),
            "say": lambda: self.arena.next_turn(who, id_, more),
            "give up": lambda: self.arena.give_up(who, id_),
            "go on": lambda: self.arena.open_battle(who, more, mode="side_by_side", continues=id_),
            "stop": lambda: self.arena.stop(who, id_),
            "retry": lambda: self.arena.retry(who, id_),
            "forget": lambda: self.arena.forget(who, id_),
            "look": lambda: self.arena.battle(who, id_),
        }
        return calls[wish.verb]()

    def look_at(self, wish: Wish, answer: object) -> None:
        known = self.world.battles[wish.battle]
        if isinstance(answer, Battle) and wish.verb == "go on":
            before = self.world.said_by[wish]
            assert answer.continued is not None
            assert answer.continued.turns_before == before
            self.take_in(wish.person, "side_by_side", answer, before=before)
        if isinstance(answer, dict):
            first = self.answers.setdefault((wish.person, wish.key), answer)
            assert answer == first, "the same key, the same answer"
            assert (answer["reveal"] is not None) == (wish.reveal or known.mode != "battle")

    def take_in(self, owner: str, mode: Mode, battle: Battle, *, before: int = 0) -> None:
        self.ids.append(battle.id)
        sides: dict[str, str] = {side.slot: "streaming" for side in battle.sides}
        self.world.battles.append(Known(owner, mode, before, sides=sides))
        self.runner.run(self.settle())

    async def settle(self) -> None:
        """Wait until everybody who was asked has said a few words, so that stopping keeps them."""
        for battle in await self.read(range(len(self.ids))):
            if self.arena._live.is_live(battle.id):
                for attempt in battle.attempts:
                    if attempt.turn == battle.turn and attempt.state == "streaming":
                        await until(partial(self.has_spoken, battle, attempt.slot))

    async def has_spoken(self, battle: Battle, slot: str) -> bool:
        gate = self.gate(battle, slot)
        return gate is not None and gate.spoke.is_set()

    def gate(self, battle: Battle, slot: str) -> Gate | None:
        question = str(battle.turns[-1].parts[0]["text"])
        contestant = next(side.contestant for side in battle.sides if side.slot == slot)
        return self.adapters.gated.gates.get((question, contestant))

    async def end(self, number: int, side: str, *, fails: bool) -> None:
        (battle,) = await self.read([number])
        gate = self.gate(battle, side)
        assert gate is not None
        gate.fails = fails
        gate.may_end.set()
        await until(partial(self.has_ended, number, side))
        others = (state for each, state in self.world.battles[number].sides.items() if each != side)
        if "streaming" not in others:
            await self.arena._live.finished(battle.id)

    async def has_ended(self, number: int, side: str) -> bool:
        (battle,) = await self.read([number])
        latest = {each.slot: each.state for each in battle.attempts if each.turn == battle.turn}
        return "streaming" not in {state for slot, state in latest.items() if slot == side}

    async def read(self, numbers: Iterable[int]) -> Sequence[Battle]:
        async with self.ledger.reading() as connection:
            return await read_battles(connection, [self.ids[number] for number in numbers])

    def is_so(self, world: World, numbers: Sequence[int]) -> bool:
        """Say whether the ledger agrees with what should have come of it."""
        for number, battle in zip(numbers, self.runner.run(self.read(numbers)), strict=True):
            known = world.battles[number]
            sides = {t.slot: t.state for t in battle.attempts if t.turn == battle.turn}
            for slot, state in sides.items():
                if known.sides[slot] == "stopped or failed" and state in {"stopped", "failed"}:
                    known.sides[slot] = state
            votes = {vote.turn: vote.outcome for vote in battle.votes}
            told = (battle.turn, votes, battle.erased, sides)
            if told != (known.turn, known.votes, known.erased, known.sides):
                return False
        return True

    def read_facts(self, connection: Any) -> Facts:  # noqa: ANN401  # only the ledger knows SQL
        facts: Facts = {}
        for name in FACTS:
            table = metadata.tables[name]
            battle = table.c["id" if name == "battles" else "battle"]
            rows = connection.execute(table.select().where(battle.in_(self.ids)))
            key = [column.name for column in table.primary_key]
            facts[name] = {
                tuple(row._mapping[part] for part in key): dict(row._mapping) for row in rows
            }
        return facts

    def who(self, person: str) -> str:
        return f"{person}-{self.suffix}"

    def question(self) -> list[Part]:
        return [Part("text", f"Question {next(self.numbers)} of {self.suffix}?")]


def compare(known: Known, battle: Battle, *, names_are_known: bool) -> None:
    """Compare a battle of the ledger with what is known of it."""
    state = battle_state(battle)
    assert names_are_known == (not known.hidden), "names are known exactly when they may be"
    if state is BattleState.VOTABLE:
        latest = [each for each in battle.attempts if each.turn == battle.turn]
        assert all(each.state in {"done", "stopped"} and each.text for each in latest), "half-done"
    blind = [is_blind(battle, turn) for turn in range(1, known.turn + 1)]
    until_reveal = known.turn if known.last_blind is None else known.last_blind
    assert blind == [
        known.mode == "battle" and turn <= until_reveal for turn in range(1, known.turn + 1)
    ]
    assert (state is BattleState.FORGOTTEN) == known.erased
    assert (state is BattleState.ANSWERING) == (known.coming and not known.erased)


def verdict_of(answer: object) -> Verdict:
    if isinstance(answer, UnknownBattleError):
        return "unknown"
    if isinstance(answer, REFUSED):
        return "refused"
    if isinstance(answer, BaseException):
        raise answer
    return "done"


def test_no_order_of_calls_breaks_a_promise(ledger_url: str) -> None:
    run_state_machine_as_test(
        partial(Tabs, ledger_url),  # type: ignore[arg-type]  # hypothesis calls it, that is all
        settings=settings(
            max_examples=EXAMPLES if ledger_url.startswith("sqlite") else EXAMPLES // 2,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
