"""What the operator's page says, in words and shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tiltyard.ledger.model_answers import ModelCost
from tiltyard.ledger.prompt_vectors import VectorCost
from tiltyard.web.operator.bodies import WorkerProgress
from tiltyard.web.pages.words import grouped
from tiltyard.worker.label_status import LabellerStatus, LabelStatus

SHORT, MINUTE, HOUR = 10, 60, 3600
"""In seconds; what is short has a tenth of one."""


@dataclass(frozen=True, slots=True)
class WorkerView:
    """What a worker is doing.

    Attributes
    ----------
    far
        How much of it is done; empty where that is not known.
    lasting
        How long the pass takes already.
    """

    told: WorkerProgress
    looked_at: datetime
    far: str
    lasting: str
    last_took: str


@dataclass(frozen=True, slots=True)
class LabellerRow:
    """One version of a labeller, and how much of the battles it has."""

    told: LabellerStatus
    share: float
    percent: str


@dataclass(frozen=True, slots=True)
class LabelsView:
    """How far labelling is, and what models' labels and vectors cost."""

    battles: int
    rows: Sequence[LabellerRow]
    models: Sequence[ModelCost]
    cost_usd: float
    vectors: Sequence[VectorCost]


def worker_view(told: WorkerProgress) -> WorkerView:
    """Say what a worker is doing."""
    now = datetime.now(UTC)
    return WorkerView(
        told,
        now,
        far=_far(told),
        lasting=lasting((now - told.began_at).total_seconds()) if told.began_at else "",
        last_took=lasting(told.last.seconds) if told.last else "",
    )


def labels_view(told: LabelStatus) -> LabelsView:
    """Say how far labelling is."""
    rows = [_row(one, told.battles) for one in told.labellers]
    cost = sum(one.cost_usd for one in told.models)
    return LabelsView(told.battles, rows, told.models, cost, told.vectors)


def lasting(seconds: float) -> str:
    """Write how long something takes: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 4 min`."""
    whole = int(max(seconds, 0))
    if whole < SHORT:
        return f"{max(seconds, 0):.1f} s"
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE} s"
    return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"


def _far(told: WorkerProgress) -> str:
    if told.total:
        return f"{grouped(told.done)} of {grouped(told.total)}"
    return f"{grouped(told.done)} so far" if told.done else ""


def _row(told: LabellerStatus, battles: int) -> LabellerRow:
    share = min(told.battles / battles, 1.0) if battles else 0.0
    # Rounded down: all are labelled only when all are.
    return LabellerRow(told, share, f"{int(100 * share)}\N{NARROW NO-BREAK SPACE}%")
