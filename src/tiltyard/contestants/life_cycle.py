"""The life of a contestant: draft, preview, public, retired; which moves there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from tiltyard.contestants.card import Contestant, Status
from tiltyard.contestants.face import public_id
from tiltyard.errors import TiltyardError

MOVES: Mapping[Status | None, frozenset[Status]] = {
    None: frozenset(Status),
    Status.DRAFT: frozenset({Status.PREVIEW, Status.PUBLIC, Status.RETIRED}),
    Status.PREVIEW: frozenset({Status.PUBLIC, Status.RETIRED}),
    Status.PUBLIC: frozenset({Status.RETIRED}),
    Status.RETIRED: frozenset({Status.PUBLIC}),
}
"""Where a contestant may go from where it is; from nowhere (None), to where it is first declared.

Nobody goes back behind a curtain: what was public has been seen."""


class LifeCycleError(TiltyardError):
    """A move that the life of a contestant does not have, or one that lacks its reason."""

    status: ClassVar[int] = 409
    title: ClassVar[str] = "The contestant cannot become this"


@dataclass(frozen=True, slots=True)
class Change:
    """A card that is new or differs from the one that held, and that one."""

    card: Contestant
    was: Contestant | None

    @property
    def before(self) -> Status | None:
        """The status until now."""
        return None if self.was is None else self.was.status

    @property
    def moves(self) -> bool:
        """Whether the status changes, and not only what else stands on the card."""
        return self.card.status is not self.before


def changes_between(
    now: Mapping[str, Contestant], declared: Iterable[Contestant], *, retire_absent: bool = False
) -> list[Change]:
    """Say what has to change so that the declared cards hold.

    Parameters
    ----------
    now
        The cards that hold, by id.
    declared
        The cards of a catalogue.
    retire_absent
        Whether those that the catalogue leaves out are retired; otherwise they stay as they are.
    """
    wanted = {card.id: card for card in declared}
    if retire_absent:
        wanted |= {id_: retired(card) for id_, card in now.items() if id_ not in wanted}
    return [
        Change(card, now.get(id_))
        for id_, card in wanted.items()
        if id_ not in now or now[id_].version != card.version
    ]


def retired(card: Contestant) -> Contestant:
    """Return the card of the same contestant, retired; an alias stays."""
    return card.model_copy(update={"status": Status.RETIRED})


def require_move(change: Change, reason: str | None) -> None:
    """Refuse a change that the life of a contestant does not have.

    Raises
    ------
    LifeCycleError
        When the move is not in the table, leads back from retirement without a reason, or would
        let slip in retirement who stood under an alias.
    """
    card, was, before = change.card, change.was, change.before
    if was is not None and was.alias and not card.alias and card.status is Status.RETIRED:
        raise LifeCycleError(
            f"{card.id} stood under an alias and keeps it in retirement: leave alias on its card."
        )
    if not change.moves:
        return
    if card.status not in MOVES[before]:
        to = " or ".join(sorted(MOVES[before]))
        raise LifeCycleError(
            f"{card.id} is {before} and cannot become {card.status}: it can become {to}, or stay. "
            "Another contestant with an id of its own can begin anew."
        )
    if before is Status.RETIRED and reason is None:
        raise LifeCycleError(
            f"{card.id} is retired and comes back only with a reason for the register: "
            "give --reason to tiltyard models apply."
        )


def require_unlike(cards: Iterable[Contestant]) -> None:
    """Refuse two contestants that people would take for one.

    Raises
    ------
    LifeCycleError
        When two have the same public id.
    """
    seen: dict[str, str] = {}
    for card in cards:
        shown = public_id(card)
        if shown in seen:
            raise LifeCycleError(
                f"People would see {card.id} as {shown!r}, like {seen[shown]}: choose another "
                "alias or id, different in letters or digits."
            )
        seen[shown] = card.id
