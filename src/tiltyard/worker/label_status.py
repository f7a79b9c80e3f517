"""What has been labelled, by whom, and what is lacking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tiltyard.labels import duplicates
from tiltyard.labels.labeller import Labeller
from tiltyard.labels.labellers import versions_of
from tiltyard.ledger.engine import Ledger, SyncConnection
from tiltyard.ledger.labels import Coverage, count_to_label, read_coverage
from tiltyard.ledger.model_answers import ModelCost, read_costs
from tiltyard.ledger.prompt_vectors import VectorCost, read_vector_costs


@dataclass(frozen=True, slots=True)
class LabellerStatus:
    """One version of a labeller.

    Attributes
    ----------
    current
        Whether the worker labels with this version; others stay as they are.
    battles
        How many battles it has labelled.
    last_at
        When it labelled the last time; None when it never has.
    """

    labeller: str
    version: str
    current: bool
    battles: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class LabelStatus:
    """How many battles there are to label, how many each labeller has, and what models cost."""

    battles: int
    labellers: Sequence[LabellerStatus]
    models: Sequence[ModelCost]
    vectors: Sequence[VectorCost]


async def read_label_status(ledger: Ledger, labellers: Sequence[Labeller]) -> LabelStatus:
    """Count what is labelled and what is not.

    Parameters
    ----------
    labellers
        Who labels now.
    """
    current = {**versions_of(labellers), duplicates.LABELLER: duplicates.VERSION}
    return await ledger.in_thread(lambda connection: _status(connection, current))


def _status(connection: SyncConnection, current: Mapping[str, str]) -> LabelStatus:
    counted = read_coverage(connection)
    there = {(one.labeller, one.version) for one in counted}
    found = [_of(one, current=current.get(one.labeller) == one.version) for one in counted]
    idle = [
        LabellerStatus(name, version, current=True, battles=0, last_at=None)
        for name, version in current.items()
        if (name, version) not in there
    ]
    rows = sorted([*found, *idle], key=lambda one: (one.labeller, not one.current))
    costs = read_costs(connection), read_vector_costs(connection)
    return LabelStatus(count_to_label(connection), rows, *costs)


def _of(counted: Coverage, *, current: bool) -> LabellerStatus:
    return LabellerStatus(
        counted.labeller, counted.version, current, counted.battles, counted.last_at
    )
