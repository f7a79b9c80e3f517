"""Label the battles that lack a label, batch by batch."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import inf
from time import monotonic
from typing import Any, NamedTuple
from uuid import UUID

import structlog

from tiltyard.contestants.face import names_on
from tiltyard.labels.labeller import Batch, Conversation, Label, Labeller
from tiltyard.labels.labellers import shipped_labellers, versions_of
from tiltyard.ledger import labels
from tiltyard.ledger.conversations import Said, read_cards, read_said
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.labels import FoundLabel
from tiltyard.worker.progress import Told, tell_nobody

BATCH = 200
GIVE_UP = 20
"""After this many failures in a row a labeller is left out until the next round."""
READ_CHARS = 50_000
"""This much is read of what each side says in a battle: a batch fits into memory whatever comes."""

log = structlog.get_logger()


class Labelled(NamedTuple):
    """The labels of a batch of battles, and the last battle of it."""

    found: Sequence[FoundLabel]
    last: UUID
    battles: int


class Labelling:
    """Finds what lacks a label and labels it.

    Several at once do no harm: the labels are the same, and each is kept once. Killed half way,
    the next one goes on where labels are lacking.

    Parameters
    ----------
    ledger
        Where battles are found and labels are kept.
    labellers
        All that ship with Tiltyard, when left out.

    Attributes
    ----------
    backlog
        Whether the last call left battles for the next one.
    faults
        By labeller, how it failed in the last round through the battles. A battle that it cannot
        label lacks its label and is tried again when others are labelled; everything else goes on.
    """

    def __init__(self, ledger: Ledger, labellers: Sequence[Labeller] | None = None) -> None:
        self.backlog = False
        self.faults: dict[str, str] = {}
        self._failures: Counter[str] = Counter()
        self._ledger = ledger
        self._labellers = shipped_labellers() if labellers is None else labellers
        self._settled: int | None = None
        self._round: int | None = None
        self._after: UUID | None = None
        self._cards: dict[str, Mapping[str, Any]] = {}

    async def label_all(self, until: float = inf, told: Told = tell_nobody) -> int:
        """Label every battle that lacks a label; count them.

        Where no battle was settled since all were labelled, none is looked at.

        Parameters
        ----------
        until
            Stop after this moment of the monotonic clock; the next call goes on from there.
        told
            Called with how many are labelled.
        """
        settled = await self._ledger.in_thread(labels.count_settled)
        if settled == self._settled:
            return 0
        if self._after is None:  # a round begins
            self._round = settled
            self.faults.clear()
            self._failures.clear()
        total, self.backlog = 0, True
        told(0)
        while (done := await self._label_batch(self._after)) is not None:
            total, self._after = total + done.battles, done.last
            told(total)
            if monotonic() > until:
                return total
        self._after = None
        # Battles that were settled since the round began may lie behind where it is.
        if self._round == settled:
            self._settled, self.backlog = settled, False
        return total

    async def _label_batch(self, after: UUID | None) -> Labelled | None:
        done = await self._ledger.in_thread(lambda connection: self._labels(connection, after))
        if done is not None and done.found:
            async with self._ledger.writing() as connection:
                await labels.add_labels(connection, done.found, datetime.now(UTC))
        return done

    def _labels(self, connection: SyncConnection, after: UUID | None) -> Labelled | None:
        wanted = versions_of(self._labellers)
        ids = labels.lacking_labels(connection, wanted, after=after, limit=BATCH)
        if not ids:
            return None
        there = labels.labels_there(connection, ids, wanted)
        said = read_said(connection, ids, chars=READ_CHARS)
        self._learn_cards(connection, said)
        batches: dict[tuple[UUID, ...], Batch] = {}
        found: list[FoundLabel] = []
        for labeller in self._labellers:
            lacking = [one for one in said if labeller.name not in there[one.battle]]
            if lacking and self._failures[labeller.name] < GIVE_UP:
                which = tuple(one.battle for one in lacking)
                batch = batches.setdefault(which, self._batch(lacking))
                found += self._label(labeller, which, batch)
        return Labelled(found, ids[-1], len({label.battle for label in found}))

    def _label(
        self, labeller: Labeller, which: Sequence[UUID], batch: Batch
    ) -> Sequence[FoundLabel]:
        """Label a batch; where that fails, each battle by itself, and leave out those that fail."""
        try:
            made = labeller.label(batch)
        except Exception as error:  # noqa: BLE001  # whatever one labeller does, the others go on
            if len(which) == 1:
                self._tell(labeller.name, error)
                return []
        else:
            self._failures[labeller.name] = 0
            return found_labels(labeller, which, made)
        found: list[FoundLabel] = []
        for battle, said in zip(which, batch, strict=True):
            if self._failures[labeller.name] < GIVE_UP:
                found += self._label(labeller, (battle,), Batch([said]))
        return found

    def _tell(self, labeller: str, error: Exception) -> None:
        self._failures[labeller] += 1
        self.faults[labeller] = said = f"{type(error).__name__}: {error}"[:200]
        log.error("a labeller failed", labeller=labeller, error=said)

    def _batch(self, said: Sequence[Said]) -> Batch:
        return Batch([self._conversation(one) for one in said])

    def _learn_cards(self, connection: SyncConnection, said: Sequence[Said]) -> None:
        needed = {version for one in said for version in one.versions.values()}
        self._cards |= read_cards(connection, sorted(needed - self._cards.keys()))

    def _conversation(self, said: Said) -> Conversation:
        return Conversation(
            asked=tuple(said.asked),
            answers_a=tuple(said.answers["a"]),
            answers_b=tuple(said.answers["b"]),
            names_a=self._names(said, "a"),
            names_b=self._names(said, "b"),
        )

    def _names(self, said: Said, slot: str) -> tuple[str, ...]:
        return names_on(self._cards.get(said.versions.get(slot, ""), {}))


def found_labels(
    labeller: Labeller, which: Sequence[UUID], made: Sequence[Label]
) -> list[FoundLabel]:
    """Say whose labels they are, and of which battles."""
    return [
        FoundLabel(battle, labeller.name, labeller.version, dict(label.value), label.score)
        for battle, label in zip(which, made, strict=True)
    ]
