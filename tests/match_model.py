"""What docs/reference/match.md promises, written once more and differently, to compare with."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Literal

from tiltyard.arena.definition import Mode

Verb = Literal["vote", "say", "give up", "go on", "stop", "retry", "forget", "look"]
Verdict = Literal["done", "refused", "unknown"]

ENDED = {"done", "stopped", "stopped or failed"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks of a battle, from one of their tabs."""

    person: str
    verb: Verb
    battle: int
    outcome: str = "a"
    reveal: bool = True
    key: str = ""
    turn: int | None = None


@dataclass(slots=True)
class Known:
    """What is known of one battle."""

    owner: str
    mode: Mode
    said_before: int = 0
    turn: int = 1
    sides: dict[str, str] = field(default_factory=dict)
    votes: dict[int, str] = field(default_factory=dict)
    last_blind: int | None = None
    given_up: bool = False
    erased: bool = False

    @property
    def hidden(self) -> bool:
        return self.mode == "battle" and self.last_blind is None

    @property
    def coming(self) -> bool:
        return "streaming" in self.sides.values()

    @property
    def answered(self) -> bool:
        """Whether every side has said something to the newest message, to the end."""
        return not self.erased and set(self.sides.values()) <= ENDED


@dataclass(slots=True)
class World:
    """Everything that has happened, as the documentation would have it."""

    per: str
    most_turns: int
    battles: list[Known] = field(default_factory=list)
    keys: dict[tuple[str, str], Wish] = field(default_factory=dict)
    said_by: dict[Wish, int] = field(default_factory=dict)
    """How many turns there had been when somebody went on."""

    def after(self, *wishes: Wish) -> tuple["World", list[Verdict]]:
        """Say what comes of these wishes, one after the other."""
        world = deepcopy(self)
        return world, [world.fulfil(wish) for wish in wishes]

    def fulfil(self, wish: Wish) -> Verdict:
        """Do what is wished, if it may be done."""
        battle = self.battles[wish.battle]
        if wish.person != battle.owner:
            return "unknown"
        if wish.verb == "vote" and (wish.person, wish.key) in self.keys:
            return "done" if self.keys[wish.person, wish.key] == wish else "refused"
        if wish.verb == "vote" and self.per == "battle" and not wish.reveal:
            return "refused"
        verbs = {
            "vote": self._vote,
            "say": self._say,
            "give up": self._give_up,
            "go on": self._go_on,
            "stop": self._stop,
            "retry": self._retry,
            "forget": self._forget,
            "look": lambda *_: True,
        }
        return "done" if verbs[wish.verb](battle, wish) else "refused"

    def _vote(self, battle: Known, wish: Wish) -> bool:
        if wish.turn not in {None, battle.turn}:
            return False
        has_vote = battle.turn in battle.votes if self.per == "turn" else bool(battle.votes)
        reveals_are_over = battle.mode == "battle" and not battle.hidden
        if not battle.answered or len(battle.sides) == 1 or has_vote or reveals_are_over:
            return False
        battle.votes[battle.turn] = wish.outcome
        if wish.reveal and battle.hidden:
            battle.last_blind = battle.turn
        self.keys[wish.person, wish.key] = wish
        return True

    def _say(self, battle: Known, _: Wish) -> bool:
        if not battle.answered or battle.said_before + battle.turn >= self.most_turns:
            return False
        battle.turn += 1
        battle.sides = dict.fromkeys(battle.sides, "streaming")
        return True

    def _give_up(self, battle: Known, _: Wish) -> bool:
        if battle.given_up:
            return True
        if battle.coming or battle.erased or not battle.hidden:
            return False
        battle.given_up, battle.last_blind = battle.turn not in battle.votes, battle.turn
        return True

    def _go_on(self, battle: Known, wish: Wish) -> bool:
        self.said_by[wish] = battle.said_before + battle.turn
        room = self.said_by[wish] < self.most_turns
        return battle.answered and len(battle.sides) == 2 and not battle.hidden and room

    def _stop(self, battle: Known, _: Wish) -> bool:
        for side, state in battle.sides.items():
            if state == "streaming":
                battle.sides[side] = "stopped or failed"
        return True

    def _retry(self, battle: Known, _: Wish) -> bool:
        failed = [side for side, state in battle.sides.items() if state == "failed"]
        if battle.erased or battle.coming or not failed:
            return False
        battle.sides |= dict.fromkeys(failed, "streaming")
        return True

    def _forget(self, battle: Known, _: Wish) -> bool:
        if battle.coming and not battle.erased:
            return False
        battle.erased = True
        return True
