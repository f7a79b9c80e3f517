"""Who stands in a battle: drawn by the arena, or named by the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from uuid import uuid4

from tiltyard.arena.continuing import goes_on
from tiltyard.arena.definition import ArenaDefinition, Mode
from tiltyard.arena.pairing.draw_table import Pair
from tiltyard.contestants.card import Contestant
from tiltyard.contestants.face import public_id
from tiltyard.errors import TiltyardError
from tiltyard.ledger.records import Battle, Side, Slot
from tiltyard.ledger.sources import HERE

NAMED = "named@1"
"""The policy of a battle whose contestants were named: they stand there with certainty."""

SLOTS: tuple[Slot, ...] = ("a", "b")
SIDES_OF: dict[Mode, int] = {"battle": 2, "side_by_side": 2, "direct": 1}


class ModeError(TiltyardError):
    """A mode that the arena does not offer, or models that do not go with it."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "The battle cannot be opened so"


class UnknownModelError(TiltyardError):
    """A named contestant that nobody may ask by name."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "No such model"


@dataclass(frozen=True, slots=True)
class Lineup:
    """Who stands on which side, and how that came about.

    Attributes
    ----------
    policy, probability, declared
        As the battle records them; see :class:`~tiltyard.arena.pairing.draw_table.Pair`.
    """

    sides: tuple[Side, ...]
    policy: str
    probability: float
    declared: str | None = None


def check_mode(
    mode: Mode, models: Sequence[str] | None, definition: ArenaDefinition, *, continues: bool
) -> None:
    """Refuse a mode that the arena does not offer, and models that do not go with it.

    Parameters
    ----------
    continues
        Whether the battle goes on from another one; its contestants may then be drawn, and are
        never hidden, because they answer what was revealed before.

    Raises
    ------
    ModeError
        See there.
    """
    if mode not in definition.modes:
        raise ModeError(
            f"This arena offers {', '.join(definition.modes)}, not the mode {mode}: choose one."
        )
    if continues and mode != "side_by_side":
        raise ModeError("Only the mode side_by_side goes on from another battle: choose it.")
    if continues and models is None:
        return
    if mode == "battle":
        if models is not None:
            raise ModeError(
                "A battle draws its contestants: leave models out, or choose another mode."
            )
        return
    wanted = SIDES_OF[mode]
    if len(models or ()) != wanted:
        count = "two models" if wanted > 1 else "one model"
        raise ModeError(f"The mode {mode} takes {count}: name them in models.")
    if len(set(models or ())) != wanted:
        raise ModeError("The models are the same: name two different ones.")


def new_battle(
    definition: ArenaDefinition, voter: str, mode: Mode, lineup: Lineup, earlier: Battle | None
) -> Battle:
    """Make a battle that has not begun; `earlier` is the one whose conversation goes on in it."""
    return Battle(
        id=uuid4(),
        arena=definition.id,
        definition=definition.sha256,
        mode=mode,
        source=HERE,
        voter=voter,
        policy=lineup.policy,
        pair_probability=lineup.probability,
        declared=lineup.declared,
        created_at=datetime.now(UTC),
        sides=lineup.sides,
        turns=[],
        attempts=[],
        votes=[],
        erased=False,
        continued=None if earlier is None else goes_on(earlier),
    )


def drawn(pair: Pair) -> Lineup:
    """Stand the two of a pair on their sides."""
    return Lineup(_sides((pair.a, pair.b)), pair.policy, pair.probability, pair.declared)


def named(models: Sequence[str], contestants: Sequence[Contestant]) -> Lineup:
    """Stand the named models on their sides, in the order of their names.

    Parameters
    ----------
    models
        Ids as people see them.
    contestants
        Who may be asked by name: the public ones.

    Raises
    ------
    UnknownModelError
        When one is not among them. The sentence is the same whether it was never there, is
        retired, or is a preview that nobody may hear of.
    """
    known = {public_id(card): card for card in contestants}
    for model in models:
        if model not in known:
            raise UnknownModelError(
                f"No model {model!r} can be asked here: GET /api/v1/models lists those that can."
            )
    return Lineup(_sides(tuple(known[model] for model in models)), NAMED, 1.0)


def _sides(contestants: Sequence[Contestant]) -> tuple[Side, ...]:
    return tuple(
        Side(slot, card.id, card.version, {"model": card.id})
        for slot, card in zip(SLOTS, contestants, strict=False)
    )
